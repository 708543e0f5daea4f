// SPDX-License-Identifier: Apache-2.0

#include "groups/testing/group_fixture.h"

namespace tenon::groups {
namespace {

class JoinTest : public GroupFixture {};

TEST_F(JoinTest, a_new_dynamic_member_is_given_an_id_to_come_back_with) {
  auto first = start_join({.client = "kcat"});
  EXPECT_EQ(first.error(), ErrorCode::kMemberIdRequired);
  EXPECT_TRUE(first.get().member_id.starts_with("kcat-"));
  EXPECT_EQ(first.get().member_id.size(), std::string("kcat-").size() + 36);
}

TEST_F(JoinTest, before_version_4_a_member_joins_at_once) {
  auto joined = start_join({.version = 3});
  EXPECT_FALSE(joined.answered());
  pass(seconds(10));
  EXPECT_EQ(joined.error(), ErrorCode::kNone);
}

TEST_F(JoinTest, an_empty_group_waits_the_initial_delay) {
  auto joined = join();
  pass(milliseconds(2'999));
  EXPECT_FALSE(joined.answered());
  pass(milliseconds(2));
  ASSERT_TRUE(joined.answered());
  EXPECT_EQ(joined.get().generation_id, 1);
}

TEST_F(JoinTest, each_newcomer_extends_the_initial_delay) {
  auto a = join();
  pass(milliseconds(2'000));
  auto b = join();
  pass(milliseconds(1'500));
  EXPECT_FALSE(a.answered());
  pass(milliseconds(3'000));
  EXPECT_TRUE(a.answered());
  EXPECT_TRUE(b.answered());
}

TEST_F(JoinTest, the_initial_delay_ends_with_the_rebalance_timeout) {
  std::vector<JoinCallResult> calls;
  calls.push_back(join({.rebalance_ms = 7'000}));
  for (int i = 0; i < 6; ++i) {
    pass(milliseconds(1'150));
    calls.push_back(join({.rebalance_ms = 7'000}));
  }
  EXPECT_FALSE(calls.front().answered());
  pass(milliseconds(200));
  EXPECT_TRUE(calls.front().answered());
}

TEST_F(JoinTest, without_a_delay_a_group_is_there_at_once) {
  config.initial_rebalance_delay_ms = 0;
  restart();
  auto joined = join();
  EXPECT_EQ(joined.error(), ErrorCode::kNone);
}

TEST_F(JoinTest, the_first_member_leads_and_is_told_of_all) {
  auto a = join({.client = "a"});
  auto b = join({.client = "b"});
  pass(seconds(10));
  EXPECT_EQ(a.get().leader, a.get().member_id);
  EXPECT_EQ(b.get().leader, a.get().member_id);
  EXPECT_EQ(a.get().members.size(), 2u);
  EXPECT_EQ(a.get().members[0].metadata, subscription({"orders"}));
  EXPECT_TRUE(b.get().members.empty());
  EXPECT_EQ(a.get().protocol_name, "range");
  EXPECT_EQ(a.get().protocol_type, "consumer");
}

TEST_F(JoinTest, refuses_an_empty_group_id) {
  auto refused = start_join({.group = ""});
  EXPECT_EQ(refused.error(), ErrorCode::kInvalidGroupId);
}

TEST_F(JoinTest, refuses_session_timeouts_out_of_bounds) {
  EXPECT_EQ(start_join({.session_ms = 5'999}).error(), ErrorCode::kInvalidSessionTimeout);
  EXPECT_EQ(start_join({.session_ms = 1'800'001}).error(), ErrorCode::kInvalidSessionTimeout);
  EXPECT_EQ(start_join({.session_ms = 6'000}).error(), ErrorCode::kMemberIdRequired);
}

TEST_F(JoinTest, refuses_an_unknown_member_id) {
  EXPECT_EQ(start_join({.member_id = "stranger"}).error(), ErrorCode::kUnknownMemberId);
  settle({Join{}});
  EXPECT_EQ(start_join({.member_id = "stranger"}).error(), ErrorCode::kUnknownMemberId);
}

TEST_F(JoinTest, refuses_no_protocols_and_no_type) {
  EXPECT_EQ(start_join({.protocols = {}}).error(), ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(start_join({.type = ""}).error(), ErrorCode::kInconsistentGroupProtocol);
  EXPECT_TRUE(coordinator->summaries().empty());
}

TEST_F(JoinTest, refuses_another_protocol_type) {
  settle({Join{}});
  EXPECT_EQ(start_join({.type = "connect"}).error(), ErrorCode::kInconsistentGroupProtocol);
}

TEST_F(JoinTest, refuses_protocols_that_not_all_support) {
  settle({Join{}});
  EXPECT_EQ(start_join({.protocols = {{"sticky", {}}}}).error(),
            ErrorCode::kInconsistentGroupProtocol);
}

TEST_F(JoinTest, the_protocol_with_most_votes_among_the_common_ones_is_taken) {
  auto a = join({.protocols = {{"only-a", {}}, {"range", {}}, {"sticky", {}}}});
  auto b = join({.protocols = {{"sticky", {}}, {"range", {}}}});
  auto c = join({.protocols = {{"sticky", {}}, {"range", {}}}});
  pass(seconds(10));
  EXPECT_EQ(a.get().protocol_name, "sticky");
}

TEST_F(JoinTest, a_third_member_makes_the_others_join_again) {
  auto group = settle({Join{}, Join{}});
  auto third = join();
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(heartbeat(group.ids[0], 1), ErrorCode::kRebalanceInProgress);
  auto a = join({.member_id = group.ids[0]});
  EXPECT_FALSE(third.answered());
  auto b = join({.member_id = group.ids[1]});
  ASSERT_TRUE(third.answered());
  EXPECT_EQ(third.get().generation_id, 2);
  EXPECT_EQ(a.get().members.size(), 3u);
  EXPECT_EQ(b.get().leader, group.leader());
}

TEST_F(JoinTest, who_does_not_join_again_in_time_is_removed) {
  auto group = settle({Join{.session_ms = 300'000}, Join{.session_ms = 300'000}});
  auto again = join({.member_id = group.leader()});
  pass(milliseconds(59'999));
  EXPECT_FALSE(again.answered());
  pass(milliseconds(2));
  EXPECT_EQ(again.get().members.size(), 1u);
  EXPECT_EQ(heartbeat(group.ids[1], 2), ErrorCode::kUnknownMemberId);
}

TEST_F(JoinTest, the_longest_rebalance_timeout_counts) {
  auto group = settle({Join{.session_ms = 300'000, .rebalance_ms = 20'000},
                       Join{.session_ms = 300'000, .rebalance_ms = 90'000}});
  auto again = join({.member_id = group.leader(), .rebalance_ms = 20'000});
  pass(milliseconds(89'000));
  EXPECT_FALSE(again.answered());
  pass(milliseconds(1'500));
  EXPECT_TRUE(again.answered());
}

TEST_F(JoinTest, version_0_joins_with_the_session_timeout_for_both) {
  auto joined = start_join({.session_ms = 20'000, .version = 0});
  pass(seconds(10));
  ASSERT_EQ(joined.error(), ErrorCode::kNone);
  sync(joined.get().member_id, 1, {{joined.get().member_id, "x"}});
  EXPECT_EQ(group_records().back()->members[0].rebalance_timeout, 20'000);
}

TEST_F(JoinTest, a_follower_with_nothing_new_gets_the_current_generation) {
  auto group = settle({Join{}, Join{}});
  auto again = join({.member_id = group.ids[1]});
  EXPECT_EQ(again.get().generation_id, 1);
  EXPECT_TRUE(again.get().members.empty());
  EXPECT_EQ(state(), "Stable");
}

TEST_F(JoinTest, a_follower_with_new_metadata_starts_a_rebalance) {
  auto group = settle({Join{}, Join{}});
  auto again = join({.member_id = group.ids[1], .protocols = {{"range", subscription({"x"})}}});
  EXPECT_FALSE(again.answered());
  EXPECT_EQ(state(), "PreparingRebalance");
}

TEST_F(JoinTest, the_leader_starts_a_rebalance_by_joining_again) {
  auto group = settle({Join{}});
  auto again = join({.member_id = group.leader()});
  EXPECT_EQ(again.get().generation_id, 2);
}

TEST_F(JoinTest, while_completing_the_same_join_gets_the_same_answer) {
  auto a = join();
  pass(seconds(10));
  auto again = join({.member_id = a.get().member_id});
  EXPECT_EQ(again.get().generation_id, a.get().generation_id);
  EXPECT_EQ(again.get().members.size(), 1u);
}

TEST_F(JoinTest, while_completing_new_metadata_starts_over) {
  auto a = join();
  pass(seconds(10));
  auto again =
      join({.member_id = a.get().member_id, .protocols = {{"range", subscription({"other"})}}});
  EXPECT_EQ(again.get().generation_id, 2);
}

TEST_F(JoinTest, a_repeated_join_takes_the_place_of_the_parked_one) {
  const std::string id = new_id();
  auto first = start_join({.member_id = id});
  auto second = start_join({.member_id = id});
  ASSERT_TRUE(first.answered());
  EXPECT_EQ(first.error(), ErrorCode::kRebalanceInProgress);
  pass(seconds(10));
  EXPECT_EQ(second.error(), ErrorCode::kNone);
}

TEST_F(JoinTest, an_id_that_is_not_used_holds_the_rebalance_up_until_it_expires) {
  auto group = settle({Join{.session_ms = 60'000}});
  new_id({.session_ms = 8'000});
  auto again = join({.member_id = group.leader(), .session_ms = 60'000});
  EXPECT_FALSE(again.answered());
  pass(milliseconds(8'001));
  EXPECT_EQ(again.get().generation_id, 2);
}

TEST_F(JoinTest, a_group_of_ids_that_nobody_used_goes_away) {
  new_id();
  EXPECT_EQ(coordinator->summaries().size(), 1u);
  pass(milliseconds(10'001));
  EXPECT_TRUE(coordinator->summaries().empty());
}

TEST_F(JoinTest, a_first_join_that_is_never_answered_is_given_up) {
  config.new_member_join_timeout_ms = 20'000;
  restart();
  auto group = settle({Join{.session_ms = 1'000'000, .rebalance_ms = 500'000}});
  auto parked = join();
  beat({group.leader()}, 1, seconds(22));
  ASSERT_TRUE(parked.answered());
  EXPECT_EQ(parked.error(), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(members(), 1u);
}

TEST_F(JoinTest, a_full_group_refuses_newcomers_and_keeps_its_members) {
  config.max_size = 2;
  restart();
  auto group = settle({Join{}, Join{}});
  EXPECT_EQ(start_join().error(), ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(start_join().get().member_id, "");
  EXPECT_EQ(heartbeat(group.leader(), 1), ErrorCode::kNone);
}

TEST_F(JoinTest, while_members_join_the_last_over_the_limit_is_refused) {
  config.max_size = 2;
  restart();
  const std::vector<std::string> ids = {new_id(), new_id(), new_id()};
  auto a = start_join({.member_id = ids[0]});
  auto b = start_join({.member_id = ids[1]});
  auto c = start_join({.member_id = ids[2]});
  EXPECT_EQ(c.error(), ErrorCode::kGroupMaxSizeReached);
  pass(seconds(10));
  EXPECT_EQ(a.get().members.size(), 2u);
}

TEST_F(JoinTest, a_group_loaded_over_the_limit_shrinks_with_its_next_generation) {
  auto group = settle({Join{}, Join{}, Join{}});
  config.max_size = 2;
  restart();
  EXPECT_EQ(state(), "PreparingRebalance");
  auto a = start_join({.member_id = group.ids[0]});
  auto b = start_join({.member_id = group.ids[1]});
  auto c = start_join({.member_id = group.ids[2]});
  EXPECT_EQ(c.error(), ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(a.get().generation_id, 2);
  EXPECT_EQ(b.error(), ErrorCode::kNone);
}

TEST_F(JoinTest, an_id_that_is_not_used_is_forgotten_after_a_minute_whatever_the_session) {
  new_id({.session_ms = 1'800'000});
  EXPECT_EQ(coordinator->summaries().size(), 1U);
  pass(seconds(61));
  EXPECT_TRUE(coordinator->summaries().empty());
}

TEST_F(JoinTest, ids_that_are_not_used_take_bounded_memory) {
  config.pending_member_bytes_max = 4'000;
  restart();
  for (const std::string group : {"a", "b", "c"}) new_id({.group = group});
  EXPECT_EQ(start_join({.group = "d"}).error(), ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(coordinator->summaries().size(), 3U);
  pass(seconds(11));
  EXPECT_TRUE(coordinator->summaries().empty());
  new_id({.group = "d"});
}

TEST_F(JoinTest, an_id_that_is_used_makes_room_for_another) {
  config.pending_member_bytes_max = 1'500;
  restart();
  for (const std::string group : {"a", "b", "c"}) EXPECT_FALSE(join({.group = group}).answered());
}

}  // namespace
}  // namespace tenon::groups
