// SPDX-License-Identifier: Apache-2.0
//
// Whole rebalances, as clients go through them.

#include "groups/classic/rebalance.h"

#include "groups/testing/group_fixture.h"

namespace tenon::groups {
namespace {

class RebalanceTest : public GroupFixture {};

TEST_F(RebalanceTest, goes_through_the_states_in_order) {
  auto joined = join();
  EXPECT_EQ(state(), "PreparingRebalance");
  pass(seconds(3));
  EXPECT_EQ(state(), "CompletingRebalance");
  sync(joined.get().member_id, 1, {{joined.get().member_id, "x"}});
  EXPECT_EQ(state(), "Stable");
  leave(joined.get().member_id);
  EXPECT_EQ(state(), "Empty");
}

TEST_F(RebalanceTest, a_new_generation_takes_all_assignments_anew) {
  auto group = settle({Join{}, Join{}});
  auto third = join();
  auto a = join({.member_id = group.ids[0]});
  auto b = join({.member_id = group.ids[1]});
  const std::string c = third.get().member_id;
  sync(group.leader(), 2, {{c, "all of it"}});
  EXPECT_EQ(text_of(sync(c, 2).get().assignment), "all of it");
  EXPECT_TRUE(sync(group.ids[1], 2).get().assignment.empty());
}

TEST_F(RebalanceTest, a_newcomer_while_completing_sends_everybody_back) {
  auto a = join();
  pass(seconds(10));
  const std::string id = a.get().member_id;
  auto newcomer = join();
  EXPECT_EQ(heartbeat(id, 1), ErrorCode::kRebalanceInProgress);
  auto again = join({.member_id = id});
  EXPECT_EQ(again.get().generation_id, 2);
  EXPECT_EQ(newcomer.get().generation_id, 2);
}

TEST_F(RebalanceTest, a_leader_that_does_not_come_back_is_replaced_by_one_that_did) {
  auto group = settle({Join{.session_ms = 300'000}, Join{.session_ms = 300'000}});
  auto follower = join({.member_id = group.ids[1],
                        .protocols = {{"range", subscription({"new"})}},
                        .session_ms = 300'000});
  pass(seconds(61));
  EXPECT_EQ(follower.get().leader, group.ids[1]);
}

TEST_F(RebalanceTest, if_all_leave_before_the_first_generation_the_group_is_empty) {
  const std::string id = new_id();
  auto parked = start_join({.member_id = id});
  leave(id);
  EXPECT_EQ(parked.error(), ErrorCode::kUnknownMemberId);
  pass(seconds(10));
  EXPECT_EQ(state(), "Empty");
}

TEST_F(RebalanceTest, no_timer_is_left_when_a_group_is_empty) {
  auto group = settle({Join{}, Join{}});
  leave(group.ids[0]);
  leave(group.ids[1]);
  EXPECT_EQ(state(), "Empty");
  EXPECT_EQ(scheduler.timers(), 1u);  // the check for expired offsets
}

TEST_F(RebalanceTest, a_group_is_empty_when_that_is_in_the_log) {
  auto group = settle({Join{}});
  log.hold();
  auto left = start_leave(group.leader());
  EXPECT_FALSE(left.answered());
  EXPECT_NE(state(), "Empty");
  log.release();
  run();
  EXPECT_EQ(left.error(), ErrorCode::kNone);
  EXPECT_EQ(state(), "Empty");
}

TEST_F(RebalanceTest, an_empty_generation_is_written_until_the_log_takes_it) {
  auto group = settle({Join{}});
  log.fail_with(Errc::kNotEnoughReplicas);
  leave(group.leader());
  pass(seconds(5));
  EXPECT_NE(state(), "Empty");
  log.recover();
  pass(seconds(1));
  EXPECT_EQ(state(), "Empty");
  EXPECT_EQ(settle({Join{}}).generation, 3);
}

TEST_F(RebalanceTest, who_joins_a_group_whose_end_could_not_be_written_goes_on_with_it) {
  auto group = settle({Join{}});
  log.fail_with(Errc::kNotEnoughReplicas);
  leave(group.leader());
  log.recover();
  auto next = join();
  EXPECT_EQ(next.get().generation_id, 2);
  pass(seconds(5));
  EXPECT_EQ(members(), 1u);
}

TEST_F(RebalanceTest, groups_do_not_touch_each_other) {
  settle({Join{}});
  Join other;
  other.group = "h";
  auto joined = join(other);
  EXPECT_EQ(state(), "Stable");
  pass(seconds(4));
  EXPECT_EQ(joined.get().generation_id, 1);
}

}  // namespace
}  // namespace tenon::groups
