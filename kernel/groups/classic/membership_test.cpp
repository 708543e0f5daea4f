// SPDX-License-Identifier: Apache-2.0
//
// Heartbeat, leave and sessions.

#include "groups/classic/membership.h"

#include "groups/testing/group_fixture.h"

namespace tenon::groups {
namespace {

class MembershipTest : public GroupFixture {};

TEST_F(MembershipTest, a_heartbeat_tells_how_the_group_is) {
  auto group = settle({Join{}, Join{}});
  EXPECT_EQ(heartbeat(group.ids[1], 1), ErrorCode::kNone);
  join();
  EXPECT_EQ(heartbeat(group.ids[1], 1), ErrorCode::kRebalanceInProgress);
}

TEST_F(MembershipTest, a_heartbeat_while_completing_is_fine) {
  auto joined = join();
  pass(seconds(10));
  EXPECT_EQ(heartbeat(joined.get().member_id, 1), ErrorCode::kNone);
}

TEST_F(MembershipTest, a_heartbeat_of_a_stranger_is_refused) {
  EXPECT_EQ(heartbeat("stranger", 1), ErrorCode::kUnknownMemberId);
  auto group = settle({Join{}});
  EXPECT_EQ(heartbeat("stranger", 1), ErrorCode::kUnknownMemberId);
}

TEST_F(MembershipTest, a_heartbeat_of_another_generation_is_refused) {
  auto group = settle({Join{}});
  EXPECT_EQ(heartbeat(group.leader(), 0), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(heartbeat(group.leader(), 2), ErrorCode::kIllegalGeneration);
}

TEST_F(MembershipTest, a_heartbeat_without_a_group_id_is_refused) {
  EXPECT_EQ(heartbeat("a", 1, std::nullopt, ""), ErrorCode::kInvalidGroupId);
}

TEST_F(MembershipTest, a_silent_member_is_removed_after_its_session_timeout) {
  auto group = settle({Join{}, Join{}});
  beat({group.leader()}, 1, seconds(8));
  EXPECT_EQ(state(), "Stable");
  beat({group.leader()}, 1, seconds(4));
  EXPECT_EQ(state(), "PreparingRebalance");
  auto again = join({.member_id = group.leader()});
  EXPECT_EQ(again.get().members.size(), 1u);
  EXPECT_EQ(again.get().generation_id, 2);
}

TEST_F(MembershipTest, heartbeats_keep_a_member_for_ever) {
  auto group = settle({Join{}});
  beat(group.ids, 1, seconds(600));
  EXPECT_EQ(state(), "Stable");
}

TEST_F(MembershipTest, a_commit_counts_as_a_heartbeat) {
  auto group = settle({Join{}});
  for (int i = 0; i < 10; ++i) {
    pass(seconds(8));
    commit({.offset = i, .member_id = group.leader(), .generation = 1});
  }
  EXPECT_EQ(state(), "Stable");
}

TEST_F(MembershipTest, a_parked_join_keeps_a_member) {
  auto group = settle({Join{}, Join{.session_ms = 100'000}});
  auto parked = join({.member_id = group.leader()});
  pass(seconds(50));
  EXPECT_FALSE(parked.answered());
  EXPECT_EQ(members(), 2u);
}

TEST_F(MembershipTest, the_last_silent_member_leaves_an_empty_group_in_the_log) {
  settle({Join{}});
  pass(seconds(11));
  EXPECT_EQ(state(), "Empty");
  auto records = group_records();
  EXPECT_EQ(records.back()->generation, 2);
  EXPECT_TRUE(records.back()->members.empty());
  EXPECT_EQ(records.back()->protocol, std::nullopt);
  EXPECT_EQ(records.back()->protocol_type, "consumer");
}

TEST_F(MembershipTest, the_next_member_of_an_emptied_group_goes_on_counting) {
  auto group = settle({Join{}});
  leave(group.leader());
  auto next = settle({Join{}});
  EXPECT_EQ(next.generation, 3);
}

TEST_F(MembershipTest, leaving_starts_a_rebalance_at_once) {
  auto group = settle({Join{}, Join{}});
  EXPECT_EQ(leave(group.ids[1]), ErrorCode::kNone);
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(leave(group.ids[1]), ErrorCode::kUnknownMemberId);
}

TEST_F(MembershipTest, when_the_leader_leaves_another_leads) {
  auto group = settle({Join{}, Join{}});
  leave(group.leader());
  auto again = join({.member_id = group.ids[1]});
  EXPECT_EQ(again.get().leader, group.ids[1]);
  EXPECT_EQ(again.get().members.size(), 1u);
}

TEST_F(MembershipTest, leaving_while_others_are_waited_for_ends_the_wait) {
  auto group = settle({Join{}, Join{}});
  auto again = join({.member_id = group.leader()});
  EXPECT_FALSE(again.answered());
  leave(group.ids[1]);
  EXPECT_EQ(again.get().generation_id, 2);
}

TEST_F(MembershipTest, leaving_answers_what_the_member_has_parked) {
  auto one = join();
  auto two = join();
  pass(seconds(10));
  auto parked = sync(two.get().member_id, 1);
  leave(two.get().member_id);
  EXPECT_EQ(parked.error(), ErrorCode::kUnknownMemberId);
}

TEST_F(MembershipTest, many_leave_in_one_request_and_each_gets_its_answer) {
  auto group = settle({Join{}, Join{}, Join{}});
  auto left = leave_all(
      {{.member_id = group.ids[1]}, {.member_id = "stranger"}, {.member_id = group.ids[2]}});
  ASSERT_EQ(left.members.size(), 3u);
  EXPECT_EQ(left.error_code, 0);
  EXPECT_EQ(left.members[0].error_code, 0);
  EXPECT_EQ(left.members[1].error_code, static_cast<int16_t>(ErrorCode::kUnknownMemberId));
  EXPECT_EQ(left.members[2].member_id, group.ids[2]);
  EXPECT_EQ(members(), 1u);
}

TEST_F(MembershipTest, a_pending_id_can_leave) {
  const std::string id = new_id();
  EXPECT_EQ(leave(id), ErrorCode::kNone);
  EXPECT_EQ(start_join({.member_id = id}).error(), ErrorCode::kUnknownMemberId);
}

TEST_F(MembershipTest, leaving_an_unknown_group_is_an_unknown_member) {
  EXPECT_EQ(leave("anybody"), ErrorCode::kUnknownMemberId);
  const auto left = leave_all({{.member_id = "one"}, {.member_id = "two"}});
  EXPECT_EQ(left.error_code, 0);
  ASSERT_EQ(left.members.size(), 2u);
  EXPECT_EQ(left.members[1].member_id, "two");
  EXPECT_EQ(left.members[1].error_code, static_cast<int16_t>(ErrorCode::kUnknownMemberId));
}

}  // namespace
}  // namespace tenon::groups
