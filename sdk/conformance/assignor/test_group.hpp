// SPDX-License-Identifier: Apache-2.0
//
// Consumer groups for tests of assignors: a group in words (TestGroup), the same as an assignor is
// given it (TestInput), and what the assignor made of it (TestAnswer). One thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/test_host.hpp"
#include "tenon/assignor.h"

namespace tenon {
inline namespace sdk {
namespace conformance {

struct TestMember {
  std::string id;
  std::vector<std::string> topics;
  std::string instance_id = "";  // "" = a dynamic member
  std::string rack = "";         // "" = it does not say
};

struct TestTopicSize {
  std::string name;
  uint32_t partitions = 0;
  std::vector<std::vector<std::string>> racks = {};  // of each partition; empty = not known
  std::vector<std::string> readers = {};             // member ids, "" = nobody
};

struct TestGroup {
  std::vector<TestMember> members;
  std::vector<TestTopicSize> topics;

  // `n` members m0000, m0001, ..., all subscribed to `k` topics t0000, ... of `partitions` each.
  static TestGroup equal(uint32_t n, uint32_t k, uint32_t partitions) {
    TestGroup group;
    std::vector<std::string> names;
    for (uint32_t i = 0; i < k; i++) {
      names.push_back(numbered("t", i));
      group.topics.push_back({names.back(), partitions});
    }
    for (uint32_t i = 0; i < n; i++) group.members.push_back({numbered("m", i), names});
    return group;
  }
  static std::string numbered(const std::string& prefix, uint32_t i) {
    const std::string digits = std::to_string(i);
    return prefix + std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
  }
  uint32_t partitions() const {
    uint32_t n = 0;
    for (const TestTopicSize& topic : topics) n += topic.partitions;
    return n;
  }
  void leave(const std::string& id) {
    members.erase(std::remove_if(members.begin(), members.end(),
                                 [&](const TestMember& member) { return member.id == id; }),
                  members.end());
  }
};

// What one call came to.
struct TestAnswer {
  using Readers = std::vector<std::vector<std::string>>;  // [topic][partition] -> member id or ""

  tn_code code = TN_OK;
  std::string message;               // of a failure
  std::chrono::nanoseconds took{0};  // by the clock of the machine
  // What breaks the contract, by the three rules of an answer and the bounds of the array; "" each.
  std::string unknown_member, not_subscribed, not_complete, out_of_bounds;
  Readers readers;

  // The first of what is wrong, or "".
  std::string wrong() const {
    if (code != TN_OK) return "it failed with code " + std::to_string(code) + ": " + message;
    for (const std::string* what :
         {&out_of_bounds, &unknown_member, &not_subscribed, &not_complete})
      if (!what->empty()) return *what;
    return "";
  }
  // "t0: a a b, t1: b -": the readers of each topic's partitions in order.
  std::string text(const TestGroup& group) const {
    std::string all;
    for (size_t i = 0; i < readers.size(); i++) {
      all += (i > 0 ? ", " : "") + group.topics[i].name + ":";
      for (const std::string& reader : readers[i]) all += " " + (reader.empty() ? "-" : reader);
    }
    return all;
  }
  // How many partitions each member reads; all members are there.
  std::map<std::string, uint32_t> loads(const TestGroup& group) const {
    std::map<std::string, uint32_t> loads;
    for (const TestMember& member : group.members) loads[member.id] = 0;
    for (const auto& topic : readers)
      for (const std::string& reader : topic)
        if (!reader.empty()) loads[reader]++;
    return loads;
  }
};

// A group as an assignor sees it, members and topics in an order that `seed` decides (0 = as they
// are). Says "stop" from the ask number `stop_at` on, and watches how often it is asked.
class TestInput {
 public:
  explicit TestInput(const TestGroup& group, uint64_t seed = 0, uint64_t stop_at = UINT64_MAX)
      : group_(group), stop_at_(stop_at) {
    member_order_ = shuffled(group.members.size(), seed);
    topic_order_ = shuffled(group.topics.size(), seed);
    for (uint32_t i = 0; i < topic_order_.size(); i++)
      topic_index_[group.topics[topic_order_[i]].name] = i;
    for (uint32_t i = 0; i < member_order_.size(); i++)
      member_index_[group.members[member_order_[i]].id] = static_cast<int32_t>(i);
    for (const uint32_t member : member_order_) add_member(group.members[member]);
    for (const uint32_t topic : topic_order_) add_topic(group.topics[topic]);
    finish();
  }
  TestInput(const TestInput&) = delete;
  TestInput& operator=(const TestInput&) = delete;

  const tn_assignor_input* get() const { return &input_; }
  uint64_t asks() const { return asks_; }
  // How often it was asked on another thread than that of the call, or outside of the call.
  uint64_t strange_asks() const { return strange_asks_; }
  // The longest that the assignor worked without asking.
  std::chrono::nanoseconds longest_silence() const { return longest_; }

  // Calls the assignor, with guards around the place for its answer, and checks the answer.
  TestAnswer call(const tn_assignor& api, void* self) {
    constexpr size_t kGuard = 64;
    constexpr int32_t kMark = 0x5a5a5a5a;
    std::vector<int32_t> owners(input_.n_partitions + 2 * kGuard, kMark);
    const auto begin = owners.begin() + kGuard, end = owners.end() - kGuard;
    std::fill(begin, end, TN_NOBODY);
    tn_error error = new_error();
    TestAnswer answer;
    const auto begun = std::chrono::steady_clock::now();
    last_ = begun;
    caller_ = std::this_thread::get_id();
    answer.code = api.assign(self, &input_, owners.data() + kGuard, &error);
    caller_ = std::thread::id();
    note_silence();
    answer.took = last_ - begun;
    answer.message = error.message;
    const auto marked = [](int32_t owner) { return owner == kMark; };
    if (!std::all_of(owners.begin(), begin, marked) || !std::all_of(end, owners.end(), marked))
      answer.out_of_bounds = "it wrote outside of the place for its answer";
    if (answer.code == TN_OK) read(answer, owners.data() + kGuard);
    return answer;
  }

 private:
  static std::vector<uint32_t> shuffled(size_t n, uint64_t seed) {
    std::vector<uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0u);
    TestRandom random(seed);
    for (size_t i = n; seed != 0 && i > 1; i--) std::swap(order[i - 1], order[random.below(i)]);
    return order;
  }
  static tn_bytes bytes(const std::string& text) { return ByteView(std::string_view(text)); }
  // Text that may be missing: "" has no data.
  static tn_bytes bytes_or_null(const std::string& text) {
    return text.empty() ? tn_bytes{nullptr, 0} : bytes(text);
  }
  int32_t rack(const std::string& name) {
    if (name.empty()) return TN_NO_RACK;
    const auto found = rack_index_.emplace(name, static_cast<int32_t>(rack_index_.size())).first;
    return found->second;
  }

  void add_member(const TestMember& member) {
    ids_.push_back(bytes(member.id));
    instances_.push_back(bytes_or_null(member.instance_id));
    racks_.push_back(rack(member.rack));
    subscription_at_.push_back(static_cast<uint32_t>(subscriptions_.size()));
    for (const std::string& topic : member.topics) {
      const auto found = topic_index_.find(topic);
      if (found != topic_index_.end()) subscriptions_.push_back(found->second);
    }
    std::sort(subscriptions_.begin() + subscription_at_.back(), subscriptions_.end());
  }
  void add_topic(const TestTopicSize& topic) {
    names_.push_back(bytes(topic.name));
    topic_ids_.resize(topic_ids_.size() + 16, static_cast<uint8_t>(names_.size()));
    partition_at_.push_back(static_cast<uint32_t>(current_.size()));
    for (uint32_t i = 0; i < topic.partitions; i++) {
      const auto reader =
          i < topic.readers.size() ? member_index_.find(topic.readers[i]) : member_index_.end();
      current_.push_back(reader == member_index_.end() ? TN_NOBODY : reader->second);
      replica_at_.push_back(static_cast<uint32_t>(replicas_.size()));
      if (i >= topic.racks.size()) continue;
      std::set<int32_t> there;
      for (const std::string& name : topic.racks[i]) there.insert(rack(name));
      replicas_.insert(replicas_.end(), there.begin(), there.end());
    }
  }
  void finish() {
    subscription_at_.push_back(static_cast<uint32_t>(subscriptions_.size()));
    partition_at_.push_back(static_cast<uint32_t>(current_.size()));
    replica_at_.push_back(static_cast<uint32_t>(replicas_.size()));
    rack_names_.resize(rack_index_.size());
    for (const auto& [name, index] : rack_index_)
      rack_names_[static_cast<size_t>(index)] = bytes(name);
    input_.struct_size = sizeof(input_);
    input_.n_members = static_cast<uint32_t>(ids_.size());
    input_.n_topics = static_cast<uint32_t>(names_.size());
    input_.n_partitions = static_cast<uint32_t>(current_.size());
    input_.n_racks = static_cast<uint32_t>(rack_names_.size());
    input_.member_ids = ids_.data();
    input_.instance_ids = instances_.data();
    input_.member_racks = racks_.data();
    input_.subscription_at = subscription_at_.data();
    input_.subscriptions = subscriptions_.data();
    input_.topic_names = names_.data();
    input_.topic_ids = topic_ids_.data();
    input_.partition_at = partition_at_.data();
    input_.current = current_.data();
    input_.replica_at = replicas_.empty() ? nullptr : replica_at_.data();
    input_.replica_racks = replicas_.data();
    input_.rack_names = rack_names_.data();
    input_.deadline_ns = INT64_MAX;
    input_.stop_ctx = this;
    input_.stopped = stopped;
  }

  static int32_t stopped(void* ctx) {
    auto& self = *static_cast<TestInput*>(ctx);
    if (self.caller_ != std::this_thread::get_id()) {
      self.strange_asks_++;
      return 0;
    }
    self.note_silence();
    return ++self.asks_ >= self.stop_at_ ? 1 : 0;
  }
  void note_silence() {
    const auto now = std::chrono::steady_clock::now();
    longest_ = std::max<std::chrono::nanoseconds>(longest_, now - last_);
    last_ = now;
  }

  void read(TestAnswer& answer, const int32_t* owners) const {
    answer.readers.resize(group_.topics.size());
    std::vector<bool> wanted(input_.n_topics, false);
    for (const uint32_t topic : subscriptions_) wanted[topic] = true;
    for (uint32_t i = 0; i < input_.n_topics; i++) {
      auto& readers = answer.readers[topic_order_[i]];
      readers.resize(partition_at_[i + 1] - partition_at_[i]);
      for (uint32_t p = 0; p < readers.size(); p++)
        readers[p] = read_one(answer, i, p, owners[partition_at_[i] + p], wanted[i]);
    }
  }
  // The reader's id; notes in `answer` what is wrong with it.
  std::string read_one(TestAnswer& answer, uint32_t topic, uint32_t partition, int32_t owner,
                       bool wanted) const {
    const auto where = [&] {
      return group_.topics[topic_order_[topic]].name + "-" + std::to_string(partition);
    };
    if (owner == TN_NOBODY) {
      if (wanted) answer.not_complete = "nobody reads " + where() + ", which is subscribed to";
      return "";
    }
    if (owner < 0 || static_cast<uint32_t>(owner) >= input_.n_members) {
      answer.unknown_member =
          where() + " went to member number " + std::to_string(owner) + ", who is not there";
      return "";
    }
    const auto member = static_cast<uint32_t>(owner);
    if (!std::binary_search(subscriptions_.begin() + subscription_at_[member],
                            subscriptions_.begin() + subscription_at_[member + 1], topic))
      answer.not_subscribed = where() + " went to " + group_.members[member_order_[member]].id +
                              ", who does not subscribe to it";
    return group_.members[member_order_[member]].id;
  }

  const TestGroup& group_;
  uint64_t stop_at_, asks_ = 0;
  std::atomic<uint64_t> strange_asks_{0};
  std::atomic<std::thread::id> caller_{};  // of the call; none between calls
  std::chrono::steady_clock::time_point last_;
  std::chrono::nanoseconds longest_{0};
  std::vector<uint32_t> member_order_, topic_order_;  // place in the input -> place in the group
  std::map<std::string, uint32_t> topic_index_;
  std::map<std::string, int32_t> member_index_, rack_index_;
  std::vector<tn_bytes> ids_, instances_, names_, rack_names_;
  std::vector<int32_t> racks_, current_, replicas_;
  std::vector<uint32_t> subscription_at_, subscriptions_, partition_at_, replica_at_;
  std::vector<uint8_t> topic_ids_;
  tn_assignor_input input_{};
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
