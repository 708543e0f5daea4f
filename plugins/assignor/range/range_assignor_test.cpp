// SPDX-License-Identifier: Apache-2.0
//
// The range assignor: the suite, examples, and the rule of Kafka's RangeAssignor applied word for
// word, member by member and partition by partition, to the groups of a walk.

#include "conformance/assignor/assignor_suite.hpp"

namespace tenon::conformance {
namespace {

TENON_ASSIGNOR_SUITE(RangeAssignorTest, "range")

// The same rule, written down as plainly as can be. Two topics of one size and the same subscribers
// are assigned together.
class PlainRange {
 public:
  explicit PlainRange(const TestGroup& group) : group_(group) {
    for (const TestTopicSize& topic : group.topics) {
      readers_.emplace_back(topic.partitions);
      taken_.emplace_back();
    }
  }

  TestAnswer::Readers assign() {
    bool any = false;
    for (size_t t = 0; t < group_.topics.size(); t++) any = any || needs_racks(t);
    for (size_t t = 0; t < group_.topics.size(); t++) {
      const std::vector<size_t> together = bundle(t);
      if (any && together.size() > 1 && together.front() == t) match_together(together);
      if (any && together.size() == 1 && needs_racks(t)) take(t, true);
    }
    for (size_t t = 0; t < group_.topics.size(); t++) take(t, false);
    return readers_;
  }

 private:
  std::vector<TestMember> subscribers(size_t t) const {
    std::vector<TestMember> found;
    for (const TestMember& member : group_.members)
      if (std::count(member.topics.begin(), member.topics.end(), group_.topics[t].name) > 0)
        found.push_back(member);
    const auto key = [](const TestMember& m) {
      return std::make_tuple(m.instance_id.empty(), m.instance_id, m.id);
    };
    std::sort(found.begin(), found.end(),
              [&](const TestMember& a, const TestMember& b) { return key(a) < key(b); });
    return found;
  }
  std::vector<std::string> ids(size_t t) const {
    std::vector<std::string> found;
    for (const TestMember& member : subscribers(t)) found.push_back(member.id);
    return found;
  }
  std::vector<size_t> bundle(size_t t) const {
    std::vector<size_t> same;
    for (size_t other = 0; other < group_.topics.size(); other++)
      if (group_.topics[other].partitions == group_.topics[t].partitions && ids(other) == ids(t))
        same.push_back(other);
    return same;
  }
  bool near(const TestMember& member, size_t t, size_t p) const {
    if (member.rack.empty()) return true;
    if (p >= group_.topics[t].racks.size()) return false;
    const auto& racks = group_.topics[t].racks[p];
    return std::count(racks.begin(), racks.end(), member.rack) > 0;
  }
  bool needs_racks(size_t t) const {
    std::set<std::string> all, members;
    for (const auto& racks : group_.topics[t].racks) all.insert(racks.begin(), racks.end());
    bool everywhere = true;
    for (const auto& racks : group_.topics[t].racks)
      everywhere = everywhere && std::set<std::string>(racks.begin(), racks.end()) == all;
    bool meets = false;
    for (const TestMember& member : subscribers(t)) meets = meets || all.count(member.rack) > 0;
    return meets && !everywhere;
  }
  size_t left(size_t t, const std::string& id) {
    const size_t n = subscribers(t).size(), each = group_.topics[t].partitions / n;
    size_t extra = group_.topics[t].partitions % n;
    for (const auto& [other, count] : taken_[t]) extra -= count > each ? 1 : 0;
    const size_t most = each + (extra > 0 ? 1 : 0);
    return most > taken_[t][id] ? most - taken_[t][id] : 0;
  }
  void give(size_t t, size_t p, const std::string& id) {
    readers_[t][p] = id;
    taken_[t][id]++;
  }
  void take(size_t t, bool only_near) {
    for (const TestMember& member : subscribers(t)) {
      size_t quota = left(t, member.id);
      for (size_t p = 0; p < readers_[t].size() && quota > 0; p++) {
        if (!readers_[t][p].empty() || (only_near && !near(member, t, p))) continue;
        give(t, p, member.id);
        quota--;
      }
    }
  }
  void match_together(const std::vector<size_t>& topics) {
    for (size_t p = 0; p < group_.topics[topics.front()].partitions; p++) {
      for (const TestMember& member : subscribers(topics.front())) {
        const bool fits = std::all_of(topics.begin(), topics.end(), [&](size_t t) {
          return near(member, t, p) && left(t, member.id) > 0;
        });
        if (!fits) continue;
        for (const size_t t : topics) give(t, p, member.id);
        break;
      }
    }
  }

  const TestGroup& group_;
  TestAnswer::Readers readers_;
  std::vector<std::map<std::string, size_t>> taken_;
};

TEST_F(RangeAssignorTest, ten_partitions_over_three_members_are_4_3_3) {
  TestGroup group;
  group.topics = {{"t", 10}};
  group.members = {{"a", {"t"}}, {"b", {"t"}}, {"c", {"t"}}};
  EXPECT_EQ(kit_.assign(group).text(group), "t: a a a a b b b c c c");
}

TEST_F(RangeAssignorTest, two_topics_of_three_over_two_members_are_co_partitioned) {
  TestGroup group;
  group.topics = {{"t0", 3}, {"t1", 3}};
  group.members = {{"c0", {"t0", "t1"}}, {"c1", {"t0", "t1"}}};
  EXPECT_EQ(kit_.assign(group).text(group), "t0: c0 c0 c1, t1: c0 c0 c1");
}

TEST_F(RangeAssignorTest, each_topic_is_divided_among_its_own_subscribers) {
  TestGroup group;
  group.topics = {{"t0", 3}, {"t1", 2}};
  group.members = {{"a", {"t0"}}, {"b", {"t0", "t1"}}, {"c", {"t0"}}};
  EXPECT_EQ(kit_.assign(group).text(group), "t0: a b c, t1: b b");
}

TEST_F(RangeAssignorTest, static_members_come_first_by_instance_id) {
  TestGroup group;
  group.topics = {{"t", 3}};
  group.members = {{"a", {"t"}}, {"b", {"t"}, "i2"}, {"c", {"t"}, "i1"}};
  EXPECT_EQ(kit_.assign(group).text(group), "t: c b a");
}

TEST_F(RangeAssignorTest, members_read_near_them_within_their_quota) {
  TestGroup group;
  group.topics = {{"t", 6, {{"x"}, {"y"}, {"x"}, {"y"}, {"x"}, {"x"}}}};
  group.members = {{"a", {"t"}, "", "y"}, {"b", {"t"}, "", "x"}};
  EXPECT_EQ(kit_.assign(group).text(group), "t: b a b a b a");
}

TEST_F(RangeAssignorTest, co_partitioned_topics_share_the_reader_that_is_near_both) {
  TestGroup group;
  group.topics = {{"t0", 2, {{"x", "y"}, {"y", "z"}}}, {"t1", 2, {{"y", "z"}, {"x", "z"}}}};
  group.members = {{"a", {"t0", "t1"}, "", "z"}, {"b", {"t0", "t1"}, "", "y"}};
  EXPECT_EQ(kit_.assign(group).text(group), "t0: b a, t1: b a");
}

TEST_F(RangeAssignorTest, racks_do_not_count_where_every_rack_has_every_partition) {
  TestGroup group;
  group.topics = {{"t", 2, {{"x", "y"}, {"x", "y"}}}};
  group.members = {{"a", {"t"}, "", "y"}, {"b", {"t"}, "", "x"}};
  EXPECT_EQ(kit_.assign(group).text(group), "t: a b");
}

TEST_F(RangeAssignorTest, equals_the_plain_rule_throughout_a_walk) {
  std::printf("range: 10,000 events, seed 3\n");
  GroupWalk walk(3);
  for (int i = 0; i < 10'000; i++) {
    const std::string event = walk.step();
    ASSERT_EQ(kit_.assign(walk.group(), static_cast<uint64_t>(i)).readers,
              PlainRange(walk.group()).assign())
        << "event " << i << ": " << event;
  }
}

}  // namespace
}  // namespace tenon::conformance
