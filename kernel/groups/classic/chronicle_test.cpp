// SPDX-License-Identifier: Apache-2.0
//
// What the classic protocol writes into the chronicle.

#include "groups/testing/group_fixture.h"

namespace tenon::groups {
namespace {

class ClassicChronicleTest : public GroupFixture {
 protected:
  std::vector<RebalanceNote> notes() { return coordinator->chronicles().notes("g"); }
  RebalanceNote last() { return notes().back(); }
  uint64_t rebalances(Cause cause) { return coordinator->chronicles().rebalances().of(cause); }
  uint64_t evictions(Cause cause) { return coordinator->chronicles().evictions().of(cause); }
};

TEST_F(ClassicChronicleTest, the_first_member_begins_the_first_rebalance) {
  auto group = settle({Join{}});
  ASSERT_EQ(notes().size(), 1u);
  EXPECT_EQ(last().cause, Cause::kMemberJoined);
  EXPECT_EQ(last().member_id, group.ids[0]);
  EXPECT_EQ(last().epoch_before, 0);
  EXPECT_EQ(last().epoch_after, 1);
  EXPECT_EQ(last().progress, Progress::kDone);
  EXPECT_EQ(last().members, 1u);
  // What a settled group waits for: the initial delay, and nothing more.
  EXPECT_GE(last().duration_ms, 3'000);
}

TEST_F(ClassicChronicleTest, others_that_join_meanwhile_are_noted_with_it) {
  auto group = settle({Join{}, Join{}});
  ASSERT_EQ(notes().size(), 1u);
  ASSERT_EQ(last().meanwhile.size(), 1u);
  EXPECT_EQ(last().meanwhile[0].cause, Cause::kMemberJoined);
}

TEST_F(ClassicChronicleTest, a_member_that_leaves_says_why) {
  auto group = settle({Join{}});
  leave_all({{.member_id = group.ids[0], .reason = "rolling upgrade"}});
  EXPECT_EQ(last().cause, Cause::kMemberLeft);
  EXPECT_EQ(last().detail, "rolling upgrade");
  EXPECT_EQ(last().progress, Progress::kEmpty);
  EXPECT_EQ(evictions(Cause::kMemberLeft), 0u);
}

TEST_F(ClassicChronicleTest, an_administrator_who_removes_a_static_member_evicts_it) {
  auto group = settle({as_static("one")});
  leave_all({{.member_id = "", .group_instance_id = "one"}});
  EXPECT_EQ(last().cause, Cause::kAdministrator);
  EXPECT_EQ(evictions(Cause::kAdministrator), 1u);
}

TEST_F(ClassicChronicleTest, a_silent_member_is_evicted_and_is_the_cause) {
  auto group = settle({Join{}});
  pass(seconds(11));
  EXPECT_EQ(last().cause, Cause::kSessionExpired);
  EXPECT_EQ(last().member_id, group.ids[0]);
  ASSERT_EQ(last().evictions.size(), 1u);
  EXPECT_EQ(last().evictions[0].cause, Cause::kSessionExpired);
  EXPECT_EQ(evictions(Cause::kSessionExpired), 1u);
}

TEST_F(ClassicChronicleTest, who_joins_again_last_held_the_others_back) {
  auto group = settle({Join{}, Join{}});
  auto third = join();
  auto first = join({.member_id = group.ids[0]});
  pass(seconds(4));
  auto second = join({.member_id = group.ids[1]});
  EXPECT_EQ(last().progress, Progress::kUnderWay);
  EXPECT_EQ(last().phase, Phase::kSyncing);
  sync(second.get().leader, second.get().generation_id);
  ASSERT_TRUE(last().slowest);
  EXPECT_EQ(last().slowest->member_id, group.ids[1]);
  EXPECT_EQ(last().slowest->phase, Phase::kJoining);
  EXPECT_EQ(last().slowest->waited_ms, 4'000);
}

TEST_F(ClassicChronicleTest, a_leader_that_is_slow_to_assign_held_the_others_back) {
  auto group = settle({Join{}, Join{}});
  auto third = join();
  auto first = join({.member_id = group.ids[0]});
  auto second = join({.member_id = group.ids[1]});
  pass(seconds(2));
  sync(second.get().leader, second.get().generation_id);
  EXPECT_EQ(last().slowest->member_id, second.get().leader);
  EXPECT_EQ(last().slowest->phase, Phase::kSyncing);
  EXPECT_EQ(last().slowest->waited_ms, 2'000);
}

TEST_F(ClassicChronicleTest, who_does_not_join_again_in_time_is_evicted) {
  auto group = settle({Join{.session_ms = 300'000}, Join{.session_ms = 300'000}});
  auto again = join({.member_id = group.leader(), .session_ms = 300'000});
  EXPECT_EQ(last().cause, Cause::kLeaderRejoined);
  pass(seconds(61));
  ASSERT_EQ(last().evictions.size(), 1u);
  EXPECT_EQ(last().evictions[0].member_id, group.ids[1]);
  EXPECT_EQ(last().evictions[0].cause, Cause::kDidNotJoin);
}

TEST_F(ClassicChronicleTest, who_does_not_sync_in_time_is_evicted_and_begins_the_next) {
  auto joined = join({.session_ms = 300'000});
  pass(seconds(4));
  ASSERT_TRUE(joined.answered());
  pass(seconds(61));
  ASSERT_EQ(notes().size(), 2u);
  EXPECT_EQ(notes()[0].progress, Progress::kSuperseded);
  EXPECT_EQ(notes()[0].slowest->phase, Phase::kSyncing);
  EXPECT_EQ(notes()[1].cause, Cause::kDidNotSync);
  EXPECT_EQ(notes()[1].member_id, joined.get().member_id);
  EXPECT_EQ(evictions(Cause::kDidNotSync), 1u);
}

TEST_F(ClassicChronicleTest, an_assignment_that_cannot_be_written_begins_the_next) {
  auto joined = join();
  pass(seconds(4));
  log.fail_with(Errc::kNotEnoughReplicas);
  sync(joined.get().member_id, 1, {{joined.get().member_id, "x"}});
  EXPECT_EQ(rebalances(Cause::kWriteFailed), 1u);
}

TEST_F(ClassicChronicleTest, a_group_larger_than_allowed_is_noted_after_a_load) {
  settle({Join{}, Join{}});
  config.max_size = 1;
  restart();
  EXPECT_EQ(last().cause, Cause::kGroupTooLarge);
}

TEST_F(ClassicChronicleTest, groups_that_are_only_loaded_have_no_pages) {
  settle({Join{}});
  restart();
  EXPECT_EQ(coordinator->chronicles().groups(), 0u);
}

TEST_F(ClassicChronicleTest, another_subscription_is_the_cause) {
  auto group = settle({Join{}, Join{}});
  join({.member_id = group.ids[1], .protocols = {{"range", subscription({"new"})}}});
  EXPECT_EQ(last().cause, Cause::kSubscriptionChanged);
  EXPECT_EQ(last().member_id, group.ids[1]);
}

}  // namespace
}  // namespace tenon::groups
