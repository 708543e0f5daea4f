// SPDX-License-Identifier: Apache-2.0
//
// The uniform assignor: the suite, and how balance, racks and moves weigh against each other.

#include "conformance/assignor/assignor_suite.hpp"
#include "conformance/assignor/best_assignment.hpp"

namespace tenon::conformance {
namespace {

TENON_ASSIGNOR_SUITE(UniformAssignorTest, "uniform")

// One topic of six partitions, p in rack x if it is even and in y otherwise.
TestGroup two_racks() {
  TestGroup group;
  group.topics = {{"t", 6, {{"x"}, {"y"}, {"x"}, {"y"}, {"x"}, {"y"}}}};
  return group;
}

TEST_F(UniformAssignorTest, members_read_from_their_own_rack) {
  TestGroup group = two_racks();
  group.members = {{"a", {"t"}, "", "y"}, {"b", {"t"}, "", "x"}};
  EXPECT_EQ(kit_.assign(group).text(group), "t: b a b a b a");
}

TEST_F(UniformAssignorTest, a_member_moves_to_what_is_near) {
  TestGroup group = two_racks();
  group.members = {{"a", {"t"}, "", "x"}, {"b", {"t"}, "", "y"}};
  group.topics[0].readers = {"b", "a", "b", "a", "b", "a"};
  EXPECT_EQ(kit_.assign(group).text(group), "t: a b a b a b");
}

TEST_F(UniformAssignorTest, balance_comes_before_racks) {
  TestGroup group = two_racks();
  group.members = {{"a", {"t"}, "", "x"}, {"b", {"t"}, "", "x"}, {"c", {"t"}, "", "y"}};
  const TestAnswer answer = kit_.assign(group);
  EXPECT_EQ(AssignorKit::spread_of(answer.loads(group)), 0u);
  EXPECT_EQ(AssignorKit::far_readers(group, answer.readers), 1u);
}

TEST_F(UniformAssignorTest, moves_no_more_than_racks_and_balance_ask_for) {
  TestGroup group = two_racks();
  group.members = {{"a", {"t"}, "", "x"}, {"b", {"t"}, "", "y"}, {"c", {"t"}, "", "y"}};
  group = kit_.assigned(group);
  group.members.push_back({"d", {"t"}, "", "x"});
  const TestAnswer answer = kit_.assign(group);
  EXPECT_EQ(AssignorKit::spread_of(answer.loads(group)), 1u);
  EXPECT_EQ(AssignorKit::far_readers(group, answer.readers), 0u);
  EXPECT_EQ(AssignorKit::moves(group, answer.readers), 1u);
}

TEST_F(UniformAssignorTest, a_rack_that_nobody_is_in_does_not_count) {
  TestGroup group = two_racks();
  group.members = {{"a", {"t"}, "", "elsewhere"}, {"b", {"t"}}};
  group.topics[0].readers = {"a", "a", "b", "b", "a", "b"};
  EXPECT_EQ(kit_.assign(group).text(group), "t: a a b b a b");
}

TEST_F(UniformAssignorTest, no_assignment_of_a_small_group_is_better) {
  TestRandom random(23);
  for (int i = 0; i < 2000; i++) {
    const TestGroup group = BestAssignment::small_group(random);
    ASSERT_EQ(cost_of(group, kit_.assign(group).readers, true), BestAssignment(group, true).cost())
        << "group " << i;
  }
}

TEST_F(UniformAssignorTest, a_group_is_as_balanced_after_a_life_as_one_that_is_new) {
  std::printf("uniform: 10,000 events, seed 29\n");
  EXPECT_EQ(first_worse_than_new(kit_, 29, 10'000, true), 10'000);
}

// Replicas in three of six racks each.
TEST_F(UniformAssignorTest, large_groups_with_racks_are_served) {
  TestGroup group = TestGroup::equal(10000, 100, 1000);
  const auto rack = [](size_t i) { return TestGroup::numbered("r", static_cast<uint32_t>(i % 6)); };
  for (size_t i = 0; i < group.members.size(); i++) group.members[i].rack = rack(i);
  for (TestTopicSize& topic : group.topics)
    for (uint32_t p = 0; p < topic.partitions; p++)
      topic.racks.push_back({rack(p), rack(p + 1 + p / 6 % 2), rack(p + 3)});
  const TestAnswer answer = kit_.assign(group);
  std::printf("uniform, 6 racks: 10000 members, 100000 partitions: %.1f ms\n",
              answer.took.count() / 1e6);
  EXPECT_EQ(answer.wrong(), "");
  EXPECT_EQ(AssignorKit::spread_of(answer.loads(group)), 0u);
  EXPECT_EQ(AssignorKit::far_readers(group, answer.readers), 0u);
}

}  // namespace
}  // namespace tenon::conformance
