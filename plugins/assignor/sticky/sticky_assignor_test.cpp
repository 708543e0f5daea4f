// SPDX-License-Identifier: Apache-2.0
//
// The sticky assignor: the suite, who keeps what, unequal subscriptions against every possible
// assignment, and large mixed groups.

#include "conformance/assignor/assignor_suite.hpp"
#include "conformance/assignor/best_assignment.hpp"

namespace tenon::conformance {
namespace {

TENON_ASSIGNOR_SUITE(StickyAssignorTest, "sticky")

// Members with five topics each, by chance, of a thousand whose sizes fall as 1, 1/2, 1/3, ...
class SkewedGroup {
 public:
  SkewedGroup(uint32_t members, uint32_t partitions) {
    double sum = 0;
    for (uint32_t t = 0; t < kTopics; t++) sum += 1.0 / (t + 1);
    for (uint32_t t = 0; t < kTopics; t++)
      group_.topics.push_back(
          {TestGroup::numbered("t", t), 1 + static_cast<uint32_t>(partitions / sum / (t + 1))});
    join(members);
  }

  TestGroup& group() { return group_; }
  void join(uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
      std::set<std::string> topics;
      while (topics.size() < 5) topics.insert(group_.topics[random_.below(kTopics)].name);
      group_.members.push_back({TestGroup::numbered("m", next_++), {topics.begin(), topics.end()}});
    }
  }
  void leave(uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
      group_.leave(group_.members[random_.below(group_.members.size())].id);
  }

 private:
  static constexpr uint32_t kTopics = 1000;
  TestRandom random_{11};
  uint32_t next_ = 0;
  TestGroup group_;
};

TEST_F(StickyAssignorTest, survivors_keep_what_they_have_when_one_of_three_leaves) {
  TestGroup group = kit_.assigned(TestGroup::equal(3, 2, 6));
  group.leave("m0001");
  const TestAnswer answer = kit_.assign(group);
  EXPECT_EQ(AssignorKit::moves(group, answer.readers), 0u);
  EXPECT_EQ(answer.loads(group), (std::map<std::string, uint32_t>{{"m0000", 6}, {"m0002", 6}}));
}

TEST_F(StickyAssignorTest, a_newcomer_takes_its_part_and_nothing_else_moves) {
  TestGroup group = kit_.assigned(TestGroup::equal(3, 1, 12));
  group.members.push_back({"a-new", {"t0000"}});
  const TestAnswer answer = kit_.assign(group);
  EXPECT_EQ(AssignorKit::moves(group, answer.readers), 3u);
  EXPECT_EQ(answer.loads(group).at("a-new"), 3u);
}

TEST_F(StickyAssignorTest, what_a_newcomer_takes_is_spread_over_the_topics) {
  TestGroup group = kit_.assigned(TestGroup::equal(1, 4, 4));
  group.members.push_back({"n", group.members.front().topics});
  const TestAnswer answer = kit_.assign(group);
  for (const auto& topic : answer.readers)
    EXPECT_EQ(std::count(topic.begin(), topic.end(), "n"), 2);
}

TEST_F(StickyAssignorTest, at_first_no_member_gets_all_of_a_topic) {
  const TestGroup group = TestGroup::equal(2, 2, 4);
  for (const auto& topic : kit_.assign(group).readers)
    EXPECT_EQ(std::count(topic.begin(), topic.end(), "m0000"), 2);
}

TEST_F(StickyAssignorTest, unequal_subscriptions_are_balanced_as_far_as_they_allow) {
  TestGroup group;
  group.topics = {{"t0", 1}, {"t1", 2}, {"t2", 3}};
  group.members = {{"c0", {"t0"}}, {"c1", {"t0", "t1"}}, {"c2", {"t0", "t1", "t2"}}};
  EXPECT_EQ(kit_.assign(group).text(group), "t0: c0, t1: c1 c1, t2: c2 c2 c2");
}

// a can shed only to b, and b only to c.
TEST_F(StickyAssignorTest, load_is_passed_on_where_nobody_can_take_it_directly) {
  TestGroup group;
  group.topics = {{"t0", 3, {}, {"a", "a", "a"}}, {"t1", 2, {}, {"b", "b"}}};
  group.members = {{"a", {"t0"}}, {"b", {"t0", "t1"}}, {"c", {"t1"}}};
  const TestAnswer answer = kit_.assign(group);
  EXPECT_EQ(answer.loads(group), (std::map<std::string, uint32_t>{{"a", 2}, {"b", 2}, {"c", 1}}));
  EXPECT_EQ(AssignorKit::moves(group, answer.readers), 2u);
}

TEST_F(StickyAssignorTest, nobody_keeps_what_it_does_not_subscribe_to_any_more) {
  TestGroup group = kit_.assigned(TestGroup::equal(2, 2, 2));
  group.members[0].topics = {"t0001"};
  const TestAnswer answer = kit_.assign(group);
  EXPECT_EQ(answer.wrong(), "");
  EXPECT_EQ(answer.readers[0], (std::vector<std::string>{"m0001", "m0001"}));
  EXPECT_EQ(answer.readers[1], (std::vector<std::string>{"m0000", "m0000"}));
}

TEST_F(StickyAssignorTest, no_assignment_of_a_small_group_is_better) {
  TestRandom random(17);
  for (int i = 0; i < 2000; i++) {
    const TestGroup group = BestAssignment::small_group(random);
    ASSERT_EQ(cost_of(group, kit_.assign(group).readers, false),
              BestAssignment(group, false).cost())
        << "group " << i;
  }
}

TEST_F(StickyAssignorTest, a_group_is_as_balanced_after_a_life_as_one_that_is_new) {
  std::printf("sticky: 10,000 events, seed 19\n");
  EXPECT_EQ(first_worse_than_new(kit_, 19, 10'000, false), 10'000);
}

TEST_F(StickyAssignorTest, large_groups_with_mixed_subscriptions_are_served) {
  for (const uint32_t members : {1000u, 10000u}) {
    SkewedGroup skewed(members, 10 * members);
    TestGroup& group = skewed.group();
    const auto assign = [&](const char* event) {
      const TestAnswer answer = kit_.assign(group);
      EXPECT_EQ(answer.wrong(), "");
      std::printf("sticky, mixed: %u members, %u partitions, %s: %.1f ms, %zu moves\n", members,
                  group.partitions(), event, answer.took.count() / 1e6,
                  AssignorKit::moves(group, answer.readers));
      AssignorKit::adopt(group, answer);
    };
    assign("new");
    skewed.leave(members / 10);
    assign("a tenth leaves");
    skewed.join(members / 10);
    assign("a tenth joins");
  }
}

}  // namespace
}  // namespace tenon::conformance
