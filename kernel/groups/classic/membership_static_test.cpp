// SPDX-License-Identifier: Apache-2.0

#include "groups/testing/group_fixture.h"

namespace tenon::groups {
namespace {

class StaticMemberTest : public GroupFixture {
 protected:
  // A stable group: `leader` is static member "one", `other` is "two".
  void settle_two() {
    auto group = settle({as_static("one"), as_static("two")});
    leader = group.ids[0];
    other = group.ids[1];
    ASSERT_TRUE(leader.starts_with("one-"));
  }
  std::string leader;
  std::string other;
};

TEST_F(StaticMemberTest, joins_without_a_second_round) {
  auto joined = start_join(as_static("one"));
  pass(seconds(10));
  EXPECT_EQ(joined.error(), ErrorCode::kNone);
  EXPECT_TRUE(joined.get().member_id.starts_with("one-"));
}

TEST_F(StaticMemberTest, comes_back_to_a_stable_group_without_a_rebalance) {
  settle_two();
  auto back = start_join(as_static("two"));
  EXPECT_EQ(back.error(), ErrorCode::kNone);
  EXPECT_EQ(back.get().generation_id, 1);
  EXPECT_NE(back.get().member_id, other);
  EXPECT_FALSE(back.get().skip_assignment);
  EXPECT_EQ(state(), "Stable");
  EXPECT_EQ(text_of(sync(back.get().member_id, 1).get().assignment), "share of " + other);
}

TEST_F(StaticMemberTest, a_leader_that_comes_back_is_told_to_skip_the_assignment) {
  settle_two();
  auto back = start_join(as_static("one"));
  EXPECT_TRUE(back.get().skip_assignment);
  EXPECT_EQ(back.get().leader, back.get().member_id);
  EXPECT_EQ(back.get().members.size(), 2u);
}

TEST_F(StaticMemberTest, an_old_leader_client_is_not_told_that_it_leads) {
  settle_two();
  Join old = as_static("one");
  old.version = 8;
  auto back = start_join(old);
  EXPECT_EQ(back.get().leader, leader);
  EXPECT_TRUE(back.get().members.empty());
  EXPECT_FALSE(back.get().skip_assignment);
}

TEST_F(StaticMemberTest, the_new_id_is_in_the_log_before_it_is_answered) {
  settle_two();
  log.hold();
  auto back = start_join(as_static("two"));
  EXPECT_FALSE(back.answered());
  log.release();
  run();
  ASSERT_TRUE(back.answered());
  std::set<std::string> saved;
  for (const auto& member : group_records().back()->members) saved.insert(member.member_id);
  EXPECT_TRUE(saved.contains(back.get().member_id));
  EXPECT_FALSE(saved.contains(other));
}

TEST_F(StaticMemberTest, the_former_self_is_fenced) {
  settle_two();
  start_join(as_static("two"));
  EXPECT_EQ(heartbeat(other, 1, "two"), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(heartbeat(other, 1), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(commit({.offset = 5, .member_id = other, .generation = 1, .instance = "two"}),
            ErrorCode::kFencedInstanceId);
  auto rejoin = as_static("two");
  rejoin.member_id = other;
  EXPECT_EQ(start_join(rejoin).error(), ErrorCode::kFencedInstanceId);
}

TEST_F(StaticMemberTest, a_parked_join_of_the_former_self_is_fenced) {
  auto first = start_join(as_static("one"));
  auto second = start_join(as_static("one"));
  EXPECT_EQ(first.error(), ErrorCode::kFencedInstanceId);
  pass(seconds(10));
  EXPECT_EQ(second.error(), ErrorCode::kNone);
  EXPECT_EQ(second.get().members.size(), 1u);
}

TEST_F(StaticMemberTest, a_parked_sync_of_the_former_self_is_fenced) {
  auto one = start_join(as_static("one"));
  auto two = start_join(as_static("two"));
  pass(seconds(10));
  auto parked = sync(two.get().member_id, 1);
  start_join(as_static("two"));
  EXPECT_EQ(parked.error(), ErrorCode::kFencedInstanceId);
}

TEST_F(StaticMemberTest, while_completing_a_return_starts_a_rebalance) {
  auto one = start_join(as_static("one"));
  auto two = start_join(as_static("two"));
  pass(seconds(10));
  auto back = start_join(as_static("two"));
  EXPECT_FALSE(back.answered());
  EXPECT_EQ(state(), "PreparingRebalance");
}

TEST_F(StaticMemberTest, a_return_that_changes_the_protocol_starts_a_rebalance) {
  Join one = as_static("one");
  one.protocols = {{"range", subscription({"orders"})}, {"sticky", subscription({"orders"})}};
  auto group = settle({one});
  one.protocols = {{"sticky", subscription({"orders"})}};
  auto back = start_join(one);
  EXPECT_EQ(back.get().generation_id, 2);
  EXPECT_EQ(back.get().protocol_name, "sticky");
}

TEST_F(StaticMemberTest, until_the_return_is_in_the_log_the_former_self_is_the_member) {
  settle_two();
  log.hold();
  auto back = start_join(as_static("two"));
  EXPECT_EQ(heartbeat(other, 1, "two"), ErrorCode::kNone);
  log.release();
  run();
  EXPECT_EQ(heartbeat(other, 1, "two"), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(heartbeat(back.get().member_id, 1, "two"), ErrorCode::kNone);
}

TEST_F(StaticMemberTest, a_return_that_cannot_be_written_changes_nothing) {
  settle_two();
  log.fail_with(Errc::kNotEnoughReplicas);
  auto back = start_join(as_static("two"));
  EXPECT_EQ(back.error(), ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(heartbeat(other, 1, "two"), ErrorCode::kNone);
  log.recover();
  EXPECT_EQ(start_join(as_static("two")).error(), ErrorCode::kNone);
}

TEST_F(StaticMemberTest, a_rebalance_waits_for_a_return_that_is_being_written) {
  settle_two();
  log.hold();
  auto back = start_join(as_static("two"));
  auto first = as_static("one");
  first.member_id = leader;
  auto again = start_join(first);
  log.release();
  run();
  EXPECT_EQ(back.get().generation_id, 1);
  auto second = as_static("two");
  second.member_id = back.get().member_id;
  EXPECT_EQ(start_join(second).get().generation_id, 2);
  EXPECT_EQ(again.get().generation_id, 2);
}

TEST_F(StaticMemberTest, two_returns_in_a_row_leave_the_last_one) {
  settle_two();
  log.hold();
  auto first = start_join(as_static("two"));
  auto second = start_join(as_static("two"));
  log.release();
  run();
  EXPECT_EQ(heartbeat(first.get().member_id, 1, "two"), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(heartbeat(second.get().member_id, 1, "two"), ErrorCode::kNone);
  EXPECT_EQ(members(), 2u);
}

TEST_F(StaticMemberTest, is_not_removed_when_it_is_late_for_a_rebalance) {
  Join one = as_static("one");
  Join two = as_static("two");
  one.session_ms = two.session_ms = 300'000;
  auto group = settle({one, two});
  one.member_id = group.ids[0];
  auto again = start_join(one);
  pass(seconds(61));
  EXPECT_EQ(again.get().generation_id, 2);
  EXPECT_EQ(again.get().members.size(), 2u);
}

TEST_F(StaticMemberTest, if_none_comes_back_their_sessions_decide) {
  settle_two();
  auto third = join({.session_ms = 200'000});
  leave(new_id());
  pass(seconds(11));
  EXPECT_EQ(third.get().members.size(), 1u);
}

TEST_F(StaticMemberTest, a_return_renews_the_session) {
  settle_two();
  pass(seconds(8));
  heartbeat(leader, 1, "one");
  auto back = start_join(as_static("two"));
  pass(seconds(8));
  EXPECT_EQ(members(), 2u);
  EXPECT_EQ(heartbeat(back.get().member_id, 1, "two"), ErrorCode::kNone);
}

TEST_F(StaticMemberTest, leaves_by_its_instance_id_alone) {
  settle_two();
  auto left = leave_all({{.member_id = "", .group_instance_id = "two"}});
  EXPECT_EQ(left.members.at(0).error_code, 0);
  EXPECT_EQ(members(), 1u);
}

TEST_F(StaticMemberTest, unknown_instances_are_unknown_members) {
  settle_two();
  EXPECT_EQ(heartbeat(leader, 1, "three"), ErrorCode::kUnknownMemberId);
  auto left = leave_all({{.member_id = "", .group_instance_id = "three"}});
  EXPECT_EQ(left.members.at(0).error_code, static_cast<int16_t>(ErrorCode::kUnknownMemberId));
}

}  // namespace
}  // namespace tenon::groups
