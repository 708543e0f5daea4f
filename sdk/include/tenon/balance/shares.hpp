// SPDX-License-Identifier: Apache-2.0
//
// A consumer group as classes of partitions and shares of members in them, and a first choice of
// who gets how many. Part of balance.hpp; one thread.
#pragma once

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "../assignor.hpp"

namespace tenon {
inline namespace sdk {

struct BalanceRules {
  bool near = false;  // as few partitions as possible are read from another rack
};

namespace detail {

constexpr uint32_t kNone = UINT32_MAX;

// How many partitions of one class one member has now, and shall have.
struct Share {
  uint32_t member;  // by its place in members_in_order
  uint32_t part;    // the class
  uint32_t had;
  uint32_t given;
  bool far;  // the member is near none of them, while racks count
};

// The group as classes and shares.
struct Shares {
  std::vector<uint32_t> member_at;  // place in order -> member of the group
  std::vector<uint32_t> order;      // partitions that have subscribers, by topic name and number
  std::vector<uint32_t> class_of;   // beside order
  std::vector<uint32_t> share_of;   // beside order: of the current reader, or kNone
  std::vector<Share> shares;        // by class, then member
  std::vector<uint32_t> class_at;   // class -> its first share; one more at the end
  std::vector<uint32_t> class_size;
  std::vector<uint32_t> own_at;  // member -> where its shares begin in `own`
  std::vector<uint32_t> own;
  std::vector<uint32_t> load;  // member -> how many partitions it is given

  uint32_t members() const { return static_cast<uint32_t>(member_at.size()); }
  uint32_t classes() const { return static_cast<uint32_t>(class_size.size()); }
  void give(uint32_t share) {
    shares[share].given++;
    load[shares[share].member]++;
  }
  void take(uint32_t share) {
    shares[share].given--;
    load[shares[share].member]--;
  }
};

// Finds the classes. A class is who may read, and if racks count, who is near.
class ShareBuilder {
 public:
  ShareBuilder(const Group& group, BalanceRules rules) : group_(group), rules_(rules) {}

  Shares build() {
    out_.member_at = group_.members_in_order();
    place_.resize(group_.members());
    for (uint32_t i = 0; i < out_.members(); i++) place_[out_.member_at[i]] = i;
    const std::vector<std::vector<uint32_t>> subscribers = group_.subscribers();
    for (const uint32_t topic : group_.topics_in_order())
      if (!subscribers[topic].empty()) add_topic(topic, subscribers[topic]);
    out_.class_at.push_back(static_cast<uint32_t>(out_.shares.size()));
    find_current();
    index_members();
    return std::move(out_);
  }

 private:
  using Racks = std::vector<int32_t>;

  void add_topic(uint32_t topic, const std::vector<uint32_t>& readers) {
    const auto set = sets_.emplace(readers, static_cast<uint32_t>(sets_.size())).first->second;
    for (uint32_t i = 0; i < group_.partitions(topic); i++) {
      const uint32_t partition = group_.first_partition(topic) + i;
      Racks racks;
      if (rules_.near) racks.assign(group_.racks(partition).begin(), group_.racks(partition).end());
      const auto found =
          classes_.emplace(std::make_pair(set, std::move(racks)), out_.classes()).first;
      if (found->second == out_.classes()) add_class(readers, found->first.second);
      out_.order.push_back(partition);
      out_.class_of.push_back(found->second);
      out_.class_size[found->second]++;
    }
  }
  void add_class(const std::vector<uint32_t>& readers, const Racks& racks) {
    group_.give_up_if_stopped();
    const uint32_t part = out_.classes();
    const uint32_t first = static_cast<uint32_t>(out_.shares.size());
    out_.class_at.push_back(first);
    out_.class_size.push_back(0);
    bool all_far = true;
    for (const uint32_t member : readers) {
      const bool far =
          rules_.near && !std::binary_search(racks.begin(), racks.end(), group_.rack(member));
      all_far = all_far && far;
      out_.shares.push_back({place_[member], part, 0, 0, far});
    }
    // Where nobody is near, nobody is better.
    for (uint32_t i = first; all_far && i < out_.shares.size(); i++) out_.shares[i].far = false;
  }
  void find_current() {
    for (size_t i = 0; i < out_.order.size(); i++) {
      const int32_t reader = group_.current(out_.order[i]);
      const uint32_t share = reader < 0 ? kNone : find(out_.class_of[i], place_[reader]);
      out_.share_of.push_back(share);
      if (share != kNone) out_.shares[share].had++;
    }
  }
  // kNone if the member does not subscribe any more.
  uint32_t find(uint32_t part, uint32_t member) const {
    const auto begin = out_.shares.begin() + out_.class_at[part];
    const auto end = out_.shares.begin() + out_.class_at[part + 1];
    const auto it = std::lower_bound(
        begin, end, member, [](const Share& share, uint32_t m) { return share.member < m; });
    if (it == end || it->member != member) return kNone;
    return static_cast<uint32_t>(it - out_.shares.begin());
  }
  void index_members() {
    out_.load.assign(out_.members(), 0);
    out_.own_at.assign(out_.members() + 1, 0);
    for (const Share& share : out_.shares) out_.own_at[share.member + 1]++;
    for (uint32_t i = 0; i < out_.members(); i++) out_.own_at[i + 1] += out_.own_at[i];
    std::vector<uint32_t> next(out_.own_at.begin(), out_.own_at.end() - 1);
    out_.own.resize(out_.shares.size());
    for (uint32_t i = 0; i < out_.shares.size(); i++) out_.own[next[out_.shares[i].member]++] = i;
  }

  const Group& group_;
  BalanceRules rules_;
  Shares out_;
  std::vector<uint32_t> place_;  // member of the group -> place in order
  std::map<std::vector<uint32_t>, uint32_t> sets_;
  std::map<std::pair<uint32_t, Racks>, uint32_t> classes_;
};

// Everybody keeps what it has; what is left goes to the least loaded, near ones first.
class Fill {
 public:
  Fill(const Group& group, Shares& shares) : group_(group), s_(shares) {}

  void run() {
    std::vector<uint32_t> left = s_.class_size;
    for (uint32_t i = 0; i < s_.shares.size(); i++) {
      const Share& share = s_.shares[i];
      if (share.far) continue;  // given to a near one below
      for (uint32_t n = 0; n < share.had; n++) s_.give(i);
      left[share.part] -= share.had;
    }
    // Those that few may read come first, because they have the least choice.
    std::vector<std::pair<uint32_t, uint32_t>> classes;
    for (uint32_t part = 0; part < s_.classes(); part++)
      classes.emplace_back(s_.class_at[part + 1] - s_.class_at[part], part);
    std::sort(classes.begin(), classes.end());
    for (const auto& [readers, part] : classes) fill(part, left[part]);
  }

 private:
  struct Seat {
    bool far;
    uint32_t load, share;
    bool operator<(const Seat& other) const {  // the best is the greatest, on top of the heap
      if (far != other.far) return far;
      if (load != other.load) return load > other.load;
      return share > other.share;
    }
  };

  void fill(uint32_t part, uint32_t left) {
    if (left == 0) return;
    group_.give_up_if_stopped();
    std::vector<Seat> seats;
    for (uint32_t i = s_.class_at[part]; i < s_.class_at[part + 1]; i++)
      seats.push_back({s_.shares[i].far, s_.load[s_.shares[i].member], i});
    std::make_heap(seats.begin(), seats.end());
    for (; left > 0; left--) {
      std::pop_heap(seats.begin(), seats.end());
      s_.give(seats.back().share);
      seats.back().load++;
      std::push_heap(seats.begin(), seats.end());
    }
  }

  const Group& group_;
  Shares& s_;
};

}  // namespace detail
}  // namespace sdk
}  // namespace tenon
