// SPDX-License-Identifier: Apache-2.0
//
// The range assignor: the partitions of each topic in ranges to its subscribers in order, the first
// ones getting one more if it does not divide, as Kafka's RangeAssignor does. Topics of equal size
// and equal subscribers get equal ranges: partition p of each has the same reader
// (co-partitioning).
//
// Racks (KIP-881), where members say theirs and not every replica rack has every partition: first,
// partitions go to members that are near them, within each member's quota, and where several topics
// are co-partitioned, only if the member is near partition p of all of them; the rest in ranges. A
// member that does not say its rack is near everything.

#include <map>
#include <set>

#include "tenon/assignor.hpp"

namespace tenon::range {

using Members = std::vector<uint32_t>;
using Racks = std::vector<int32_t>;  // ascending

// Topics of one size that the same members subscribe to; assigned as if they were one topic.
struct Bundle {
  const Members* subscribers = nullptr;  // in order; not empty
  std::vector<uint32_t> topics;
  uint32_t partitions = 0;  // of each
};

// Who has how much of a bundle, and may have more.
class Quotas {
 public:
  explicit Quotas(const Bundle& bundle)
      : taken_(bundle.subscribers->size(), 0),
        each_(bundle.partitions / static_cast<uint32_t>(taken_.size())),
        extra_(bundle.partitions % static_cast<uint32_t>(taken_.size())) {}

  uint32_t left(size_t subscriber) const {
    const uint32_t most = each_ + (extra_ > 0 ? 1 : 0);
    return most > taken_[subscriber] ? most - taken_[subscriber] : 0;
  }
  void take(size_t subscriber, uint32_t n) {
    taken_[subscriber] += n;
    if (taken_[subscriber] > each_) extra_--;
  }

 private:
  std::vector<uint32_t> taken_;
  uint32_t each_, extra_;
};

// Assigns one bundle.
class BundleAssigner {
 public:
  BundleAssigner(const Group& group, const Bundle& bundle, Assignment& assignment)
      : group_(group),
        bundle_(bundle),
        assignment_(assignment),
        quotas_(bundle),
        given_(bundle.partitions, false) {}

  void give_near() {
    if (bundle_.topics.size() > 1) {
      give_near_together();
    } else {
      give_near_ranges();
    }
  }
  void give_ranges() {
    uint32_t next = 0;
    for (size_t i = 0; i < bundle_.subscribers->size(); i++) {
      const uint32_t quota = quotas_.left(i);
      uint32_t n = 0;
      for (; n < quota && next < bundle_.partitions; next++) {
        if (given_[next]) continue;
        give(next, i);
        n++;
      }
      if (n > 0) quotas_.take(i, n);
    }
  }

 private:
  uint32_t member(size_t subscriber) const { return (*bundle_.subscribers)[subscriber]; }
  void give(uint32_t partition, size_t subscriber) {
    given_[partition] = true;
    for (const uint32_t topic : bundle_.topics)
      assignment_.give(group_.first_partition(topic) + partition, member(subscriber));
  }
  // The racks that have a replica of partition p of every topic.
  Racks racks_of(uint32_t p) const {
    Racks common;
    for (size_t i = 0; i < bundle_.topics.size(); i++) {
      const Slice<int32_t> racks = group_.racks(group_.first_partition(bundle_.topics[i]) + p);
      if (i == 0) {
        common.assign(racks.begin(), racks.end());
        continue;
      }
      Racks both;
      std::set_intersection(common.begin(), common.end(), racks.begin(), racks.end(),
                            std::back_inserter(both));
      common = std::move(both);
    }
    return common;
  }

  // Each subscriber in order takes the first partitions that are near it.
  void give_near_ranges() {
    std::map<int32_t, std::vector<uint32_t>> near;  // rack -> partitions, the first one last
    for (uint32_t p = bundle_.partitions; p-- > 0;) {
      for (const int32_t rack : racks_of(p)) near[rack].push_back(p);
      near[TN_NO_RACK].push_back(p);
    }
    for (size_t i = 0; i < bundle_.subscribers->size(); i++) {
      std::vector<uint32_t>& candidates = near[group_.rack(member(i))];
      const uint32_t quota = quotas_.left(i);
      uint32_t n = 0;
      for (; n < quota && !candidates.empty(); candidates.pop_back()) {
        if (given_[candidates.back()]) continue;
        give(candidates.back(), i);
        n++;
      }
      if (n > 0) quotas_.take(i, n);
    }
  }

  // Each partition in order goes to the first subscriber that is near it in every topic.
  void give_near_together() {
    std::map<int32_t, std::vector<size_t>> waiting;  // rack -> subscribers, the first one last
    for (size_t i = bundle_.subscribers->size(); i-- > 0;)
      waiting[group_.rack(member(i))].push_back(i);
    for (uint32_t p = 0; p < bundle_.partitions; p++) {
      Racks racks = racks_of(p);
      racks.push_back(TN_NO_RACK);
      size_t first = SIZE_MAX;
      for (const int32_t rack : racks) first = std::min(first, first_of(waiting, rack));
      if (first == SIZE_MAX) continue;
      give(p, first);
      quotas_.take(first, 1);
    }
  }
  // The first subscriber of that rack with quota left. Quotas never grow, so those without are
  // dropped for good.
  size_t first_of(std::map<int32_t, std::vector<size_t>>& waiting, int32_t rack) const {
    const auto found = waiting.find(rack);
    if (found == waiting.end()) return SIZE_MAX;
    std::vector<size_t>& subscribers = found->second;
    while (!subscribers.empty() && quotas_.left(subscribers.back()) == 0) subscribers.pop_back();
    return subscribers.empty() ? SIZE_MAX : subscribers.back();
  }

  const Group& group_;
  const Bundle& bundle_;
  Assignment& assignment_;
  Quotas quotas_;
  std::vector<bool> given_;
};

class RangeAssignor {
 public:
  static constexpr uint32_t kFlags = TN_ASSIGNOR_BALANCED_TOPICS | TN_ASSIGNOR_RACK_AWARE;
  static constexpr const char* kVendor = "Tenon";
  static constexpr const char* kLicense = "Apache-2.0";

  void assign(const Group& group, Assignment& assignment) const {
    const std::vector<Members> subscribers = group.subscribers();
    const bool racks = any_needs_racks(group, subscribers);
    for (const Bundle& bundle : bundles_of(group, subscribers)) {
      group.give_up_if_stopped();
      BundleAssigner assigner(group, bundle, assignment);
      const bool several = bundle.topics.size() > 1;
      if (racks && (several || needs_racks(group, bundle.topics.front(), *bundle.subscribers)))
        assigner.give_near();
      assigner.give_ranges();
    }
  }

 private:
  static std::vector<Bundle> bundles_of(const Group& group,
                                        const std::vector<Members>& subscribers) {
    std::map<std::pair<Members, uint32_t>, size_t> known;
    std::vector<Bundle> bundles;
    for (const uint32_t topic : group.topics_in_order()) {
      const uint32_t partitions = group.partitions(topic);
      if (partitions == 0 || subscribers[topic].empty()) continue;
      const auto found = known.emplace(std::pair(subscribers[topic], partitions), bundles.size());
      if (found.second) bundles.push_back({&subscribers[topic], {}, partitions});
      bundles[found.first->second].topics.push_back(topic);
    }
    return bundles;
  }

  static bool any_needs_racks(const Group& group, const std::vector<Members>& subscribers) {
    for (uint32_t topic = 0; topic < group.topics(); topic++)
      if (needs_racks(group, topic, subscribers[topic])) return true;
    return false;
  }
  // Some subscriber is in a rack that has replicas, and not every rack has every partition.
  static bool needs_racks(const Group& group, uint32_t topic, const Members& subscribers) {
    std::set<int32_t> all;
    size_t fewest = SIZE_MAX;
    for (uint32_t i = 0; i < group.partitions(topic); i++) {
      const Slice<int32_t> racks = group.racks(group.first_partition(topic) + i);
      all.insert(racks.begin(), racks.end());
      fewest = std::min(fewest, racks.size());
    }
    if (fewest >= all.size()) return false;
    return std::any_of(subscribers.begin(), subscribers.end(),
                       [&](uint32_t member) { return all.count(group.rack(member)) > 0; });
  }
};

}  // namespace tenon::range

TENON_ASSIGNOR(tenon::range::RangeAssignor, "range", "1.0.0",
               "Each topic in ranges, co-partitioned, near the member's rack where it can be.")
