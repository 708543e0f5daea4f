// SPDX-License-Identifier: Apache-2.0
//
// What every assignor must do, as checks that any test program can run. Each check returns "" or a
// sentence that says what is wrong. A check of something that the assignor does not promise (see
// TN_ASSIGNOR_* in assignor.h) returns "". assignor_properties.hpp is the list of all by name.
// Deterministic, but for check_asks, which measures time generously. One thread.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "conformance/assignor/group_walk.hpp"
#include "conformance/assignor/reconciliation.hpp"
#include "conformance/assignor/test_group.hpp"
#include "conformance/instance.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

class AssignorKit {
 public:
  AssignorKit(TestHost& host, const tn_descriptor& descriptor, const TestConfig::Texts& texts = {})
      : host_(host),
        descriptor_(descriptor),
        texts_(texts),
        instance_(host, descriptor, texts),
        api_(*instance_.interface<tn_assignor>(TN_ASSIGNOR_ID)) {}
  AssignorKit(const AssignorKit&) = delete;
  AssignorKit& operator=(const AssignorKit&) = delete;

  bool promises(uint32_t flag) const { return (api_.flags & flag) != 0; }

  // Members and topics are shown in an order that `seed` decides; 0 = as they are.
  TestAnswer assign(const TestGroup& group, uint64_t seed = 0) const {
    TestInput input(group, seed);
    return input.call(api_, instance_.self());
  }
  // The group reading what the assignor said.
  TestGroup assigned(TestGroup group) const {
    adopt(group, assign(group));
    return group;
  }
  static void adopt(TestGroup& group, const TestAnswer& answer) {
    for (size_t i = 0; i < answer.readers.size(); i++) group.topics[i].readers = answer.readers[i];
  }

  // --- every answer ---------------------------------------------------------------------------

  std::string check_known_members() const { return check_samples(&TestAnswer::unknown_member); }
  std::string check_subscribed_only() const { return check_samples(&TestAnswer::not_subscribed); }
  std::string check_complete() const { return check_samples(&TestAnswer::not_complete); }
  std::string check_bounds() const { return check_samples(&TestAnswer::out_of_bounds); }

  // Nobody, nothing, nothing to read, nobody who reads it, one of each.
  std::string check_small() const {
    for (const auto& [n, k, partitions] : std::vector<std::array<uint32_t, 3>>{
             {0, 0, 0}, {0, 1, 3}, {1, 0, 0}, {1, 1, 0}, {1, 1, 1}, {3, 1, 1}, {1, 3, 5}}) {
      const std::string wrong = assign(TestGroup::equal(n, k, partitions)).wrong();
      if (!wrong.empty()) return describe(n, k, partitions) + wrong;
    }
    TestGroup group = TestGroup::equal(2, 2, 2);
    for (TestMember& member : group.members) member.topics.pop_back();
    group.members.back().topics.clear();
    return assign(group).wrong();
  }

  // The answer does not depend on the order in which members and topics are shown.
  std::string check_order() const {
    for (const TestGroup& group : samples()) {
      const TestAnswer first = assign(group);
      for (uint64_t seed = 1; seed <= 5; seed++)
        if (assign(group, seed).readers != first.readers)
          return "the answer depends on the order of members and topics";
    }
    return "";
  }

  // Equal groups get equal answers: from another instance, at another time, with other random
  // numbers, after other calls.
  std::string check_pure() const {
    std::vector<TestAnswer::Readers> before;
    for (const TestGroup& group : samples()) before.push_back(assign(group).readers);
    host_.advance_ms(12345);
    host_.random().next();
    const Instance other(host_, descriptor_, texts_);
    for (size_t i = samples().size(); i-- > 0;) {
      TestInput input(samples()[i]);
      if (input.call(api_, other.self()).readers != before[i] ||
          assign(samples()[i]).readers != before[i])
        return "equal groups get different answers from another instance, or later";
    }
    return "";
  }

  // A static member that comes back under another member id reads what it read.
  std::string check_static() const {
    for (const uint32_t partitions : {1u, 4u, 7u, 30u}) {
      TestGroup group = TestGroup::equal(5, 2, partitions);
      for (size_t i = 0; i < 5; i++) group.members[i].instance_id = "i" + std::to_string(i);
      group = assigned(group);
      const TestAnswer::Readers before = assign(group).readers;
      const auto rename = [](std::string& id) {
        if (id == "m0001") id = "zzz";
      };
      for (TestMember& member : group.members) rename(member.id);
      for (TestTopicSize& topic : group.topics)
        for (std::string& reader : topic.readers) rename(reader);
      TestAnswer::Readers expected = before;
      for (auto& topic : expected)
        for (std::string& reader : topic) rename(reader);
      if (assign(group).readers != expected)
        return "a static member that came back under another id reads something else";
    }
    return "";
  }

  // --- promises -------------------------------------------------------------------------------

  std::string check_balance() const {
    if (!promises(TN_ASSIGNOR_BALANCED)) return "";
    for (const auto& [n, k, partitions] : shapes()) {
      const TestGroup group = TestGroup::equal(n, k, partitions);
      const uint32_t spread = spread_of(assign(group).loads(group));
      if (spread > 1)
        return describe(n, k, partitions) + "one member reads " + std::to_string(spread) +
               " partitions more than another";
    }
    return "";
  }

  std::string check_topic_balance() const {
    if (!promises(TN_ASSIGNOR_BALANCED_TOPICS)) return "";
    for (const TestGroup& group : samples()) {
      const TestAnswer answer = assign(group);
      for (size_t i = 0; i < group.topics.size(); i++) {
        std::map<std::string, uint32_t> loads;
        for (const TestMember& member : group.members)
          for (const std::string& topic : member.topics)
            if (topic == group.topics[i].name) loads[member.id] = 0;
        for (const std::string& reader : answer.readers[i])
          if (!reader.empty()) loads[reader]++;
        if (spread_of(loads) > 1) return group.topics[i].name + " is not spread evenly";
      }
    }
    return "";
  }

  // The answer for a group that reads what the assignor said before is the same again.
  std::string check_idempotent() const {
    if (!promises(TN_ASSIGNOR_STICKY)) return "";
    for (const TestGroup& sample : samples()) {
      const TestGroup group = assigned(sample);
      const size_t moved = moves(group, assign(group).readers);
      if (moved > 0)
        return std::to_string(moved) + " partitions move in a group in which nothing changed";
    }
    return "";
  }

  // Members leave and join, topics grow: no more moves than the balance needs.
  std::string check_sticky() const {
    if (!promises(TN_ASSIGNOR_STICKY) || !promises(TN_ASSIGNOR_BALANCED)) return "";
    for (const auto& [n, k, partitions] : shapes()) {
      for (const char* event : {"a member leaves", "a member joins", "a topic grows"}) {
        TestGroup group = assigned(TestGroup::equal(n, k, partitions));
        change(group, event);
        const size_t moved = moves(group, assign(group).readers), least = fewest_moves(group);
        if (moved > least)
          return describe(n, k, partitions) + "when " + event + ", " + std::to_string(moved) +
                 " partitions move where " + std::to_string(least) + " would do";
      }
    }
    return "";
  }

  // As many members as partitions in each of three racks, each partition in one: all are near.
  std::string check_racks() const {
    if (!promises(TN_ASSIGNOR_RACK_AWARE)) return "";
    for (const uint32_t each : {1u, 2u, 5u}) {
      TestGroup group = TestGroup::equal(3 * each, 2, 9 * each);
      const std::vector<std::string> racks = {"east", "north", "west"};
      for (uint32_t i = 0; i < 3 * each; i++) group.members[i].rack = racks[i % 3];
      for (TestTopicSize& topic : group.topics)
        for (uint32_t p = 0; p < topic.partitions; p++)
          topic.racks.push_back({racks[(p / 3 + p) % 3]});
      const size_t far = far_readers(group, assign(group).readers);
      if (far > 0)
        return std::to_string(far) + " of " + std::to_string(group.partitions()) +
               " partitions are read from another rack, and none needs to be";
    }
    return "";
  }

  // --- size and time --------------------------------------------------------------------------

  // 10,000 members on 100,000 partitions. Whoever waits for it sets the deadline.
  TestAnswer assign_large() const { return assign(TestGroup::equal(10000, 100, 1000)); }

  // When it is told to stop, at the first ask or at a later one, it does.
  std::string check_stops() const {
    const TestGroup group = TestGroup::equal(1000, 100, 100);
    for (const uint64_t stop_at : {1, 2}) {
      TestInput input(group, 0, stop_at);
      const TestAnswer answer = input.call(api_, instance_.self());
      if (input.asks() == 0) return "it never asks whether to stop";
      if (input.asks() >= stop_at && answer.code != TN_E_AGAIN)
        return "it was told to stop and did not answer TN_E_AGAIN";
    }
    return "";
  }
  // [the thread of assign & in that call]
  std::string check_asking_thread() const {
    for (const TestGroup& group : {TestGroup::equal(3, 2, 5), TestGroup::equal(1000, 100, 100)}) {
      TestInput input(group);
      (void)input.call(api_, instance_.self());
      if (input.strange_asks() > 0)
        return "stopped() was asked on another thread than that of assign, or after the call";
    }
    return "";
  }
  // It asks often enough: never works for half a second without.
  std::string check_asks() const {
    const TestGroup group = TestGroup::equal(10000, 100, 1000);
    TestInput input(group);
    const TestAnswer answer = input.call(api_, instance_.self());
    const auto ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(input.longest_silence()).count();
    if (ms < 500) return "";
    return "it worked for " + std::to_string(ms) + " ms without asking whether to stop";
  }

  // A walk of `events`: members come, go, move, change what they read; topics come, go and grow.
  // After each, the answer is sound; if it promises to be sticky, it stays when nothing happens.
  std::string check_walk(uint64_t seed, uint32_t events = 10000) const {
    GroupWalk walk(seed);
    for (uint32_t i = 0; i < events; i++) {
      const std::string event = walk.step();
      const auto wrong = [&](const std::string& what) {
        return "seed " + std::to_string(seed) + ", event " + std::to_string(i) + " (" + event +
               "): " + what;
      };
      const TestAnswer answer = assign(walk.group(), i);
      if (!answer.wrong().empty()) return wrong(answer.wrong());
      adopt(walk.group(), answer);
      if (!promises(TN_ASSIGNOR_STICKY)) continue;
      if (moves(walk.group(), assign(walk.group(), i + 1).readers) > 0)
        return wrong("partitions move when it is asked again");
    }
    return "";
  }

  // A walk in which members give up and get what the answers say in steps, as reconciliation.hpp
  // has it, and the assignor is asked before each step. Where nothing else happens in between, it
  // is content after two; now and then, the next event comes after one.
  std::string check_rest(uint64_t seed, uint32_t events = 3000) const {
    GroupWalk walk(seed);
    TestRandom random(seed);
    for (uint32_t i = 0; i < events; i++) {
      const std::string event = walk.step();
      const std::string wrong = settle(walk.group(), i, random.below(4) > 0 ? 2 : 1);
      if (!wrong.empty())
        return "seed " + std::to_string(seed) + ", event " + std::to_string(i) + " (" + event +
               "): " + wrong;
    }
    return "";
  }

  // --- measures -------------------------------------------------------------------------------

  // How many partitions have a reader who may go on reading, and another one in `after`.
  static size_t moves(const TestGroup& group, const TestAnswer::Readers& after) {
    const auto topics = topics_by_member(group);
    size_t n = 0;
    for (size_t i = 0; i < group.topics.size() && i < after.size(); i++)
      for (size_t p = 0; p < group.topics[i].readers.size() && p < after[i].size(); p++)
        if (may_read(topics, group.topics[i].readers[p], group.topics[i].name) &&
            after[i][p] != group.topics[i].readers[p])
          n++;
    return n;
  }
  // The least number of moves after which a group of equal subscriptions is balanced.
  static size_t fewest_moves(const TestGroup& group) {
    std::map<std::string, size_t> has;
    for (const TestMember& member : group.members) has[member.id] = 0;
    for (const TestTopicSize& topic : group.topics)
      for (const std::string& reader : topic.readers)
        if (has.count(reader) > 0) has[reader]++;
    const size_t floor = group.partitions() / group.members.size();
    size_t extra = group.partitions() % group.members.size(), moved = 0;
    for (const auto& [id, n] : has) {
      if (n <= floor) continue;
      moved += n - floor;
      if (extra > 0) {
        extra--;
        moved--;
      }
    }
    return moved;
  }
  // How many partitions with known racks are read from a rack without a replica.
  static size_t far_readers(const TestGroup& group, const TestAnswer::Readers& readers) {
    std::map<std::string, std::string> rack_of;
    for (const TestMember& member : group.members) rack_of[member.id] = member.rack;
    size_t n = 0;
    for (size_t i = 0; i < readers.size(); i++) {
      for (size_t p = 0; p < group.topics[i].racks.size(); p++) {
        const auto& racks = group.topics[i].racks[p];
        n += std::count(racks.begin(), racks.end(), rack_of[readers[i][p]]) == 0 ? 1 : 0;
      }
    }
    return n;
  }
  static uint32_t spread_of(const std::map<std::string, uint32_t>& loads) {
    if (loads.empty()) return 0;
    uint32_t least = UINT32_MAX, most = 0;
    for (const auto& [id, load] : loads) {
      least = std::min(least, load);
      most = std::max(most, load);
    }
    return most - least;
  }

 private:
  using Shapes = std::vector<std::array<uint32_t, 3>>;
  using TopicsByMember = std::map<std::string, std::set<std::string>>;

  // Members, topics, partitions of each.
  static const Shapes& shapes() {
    static const Shapes kShapes = {{2, 1, 1},  {3, 1, 10}, {2, 2, 3},  {5, 3, 4},  {7, 1, 100},
                                   {10, 7, 3}, {16, 4, 8}, {3, 30, 1}, {40, 20, 5}};
    return kShapes;
  }
  static std::string describe(uint32_t n, uint32_t k, uint32_t partitions) {
    return std::to_string(n) + " members, " + std::to_string(k) + " topics of " +
           std::to_string(partitions) + ": ";
  }
  // Groups of all sorts: equal ones, and what a walk leads to, with what they read before.
  static const std::vector<TestGroup>& samples() {
    static const std::vector<TestGroup> kSamples = [] {
      std::vector<TestGroup> groups;
      for (const auto& [n, k, partitions] : shapes())
        groups.push_back(TestGroup::equal(n, k, partitions));
      GroupWalk walk(7);
      for (int i = 0; i < 400; i++) {
        walk.step();
        walk.scatter();
        if (i % 10 == 9) groups.push_back(walk.group());
      }
      return groups;
    }();
    return kSamples;
  }
  // `steps` of a reconciliation; after two, another answer must be what the members hold.
  std::string settle(TestGroup& group, uint64_t seed, int steps) const {
    Reconciliation reconciliation(group);
    reconciliation.release_of_the_gone();
    for (int step = 0; step < steps; step++) {
      const TestAnswer answer = assign(group, seed);
      if (!answer.wrong().empty()) return answer.wrong();
      reconciliation.step(answer.readers);
    }
    if (steps < 2) return "";
    const TestAnswer answer = assign(group, seed + 1);
    if (!answer.wrong().empty()) return answer.wrong();
    const size_t left = reconciliation.distance(answer.readers);
    if (left == 0) return "";
    return "members gave up and got what it said, in two steps, and now it says otherwise of " +
           std::to_string(left) + " partitions";
  }
  std::string check_samples(std::string TestAnswer::* rule) const {
    for (const TestGroup& group : samples()) {
      const TestAnswer answer = assign(group);
      if (answer.code != TN_OK) return answer.wrong();
      if (!(answer.*rule).empty()) return answer.*rule;
    }
    return "";
  }
  static void change(TestGroup& group, const std::string& event) {
    if (event == "a member leaves") {
      group.members.erase(group.members.begin() + group.members.size() / 2);
    } else if (event == "a member joins") {
      TestMember newcomer = group.members.front();
      newcomer.id = "m0000-new";
      group.members.push_back(newcomer);
    } else {
      group.topics.front().partitions += 5;
    }
  }
  static TopicsByMember topics_by_member(const TestGroup& group) {
    TopicsByMember topics;
    for (const TestMember& member : group.members)
      topics[member.id].insert(member.topics.begin(), member.topics.end());
    return topics;
  }
  static bool may_read(const TopicsByMember& topics, const std::string& id,
                       const std::string& topic) {
    const auto found = topics.find(id);
    return found != topics.end() && found->second.count(topic) > 0;
  }

  TestHost& host_;
  const tn_descriptor& descriptor_;
  TestConfig::Texts texts_;
  Instance instance_;
  const tn_assignor& api_;
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
