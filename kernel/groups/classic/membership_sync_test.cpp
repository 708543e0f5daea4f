// SPDX-License-Identifier: Apache-2.0

#include "groups/testing/group_fixture.h"

namespace tenon::groups {
namespace {

class SyncTest : public GroupFixture {
 protected:
  // Two members that know their generation and have not synced.
  void join_two() {
    auto one = join();
    auto two = join();
    pass(seconds(10));
    a = one.get().member_id;
    b = two.get().member_id;
    ASSERT_EQ(one.get().leader, a);
  }
  std::string a;  // the leader
  std::string b;
};

TEST_F(SyncTest, followers_wait_for_the_leader) {
  join_two();
  auto follower = sync(b, 1);
  EXPECT_FALSE(follower.answered());
  auto leader = sync(a, 1, {{a, "for a"}, {b, "for b"}});
  EXPECT_EQ(text_of(leader.get().assignment), "for a");
  EXPECT_EQ(text_of(follower.get().assignment), "for b");
  EXPECT_EQ(follower.get().protocol_name, "range");
  EXPECT_EQ(state(), "Stable");
}

TEST_F(SyncTest, nobody_is_answered_before_the_assignment_is_in_the_log) {
  join_two();
  log.hold();
  auto leader = sync(a, 1, {{a, "for a"}, {b, "for b"}});
  EXPECT_FALSE(leader.answered());
  EXPECT_EQ(state(), "CompletingRebalance");
  log.release();
  run();
  EXPECT_TRUE(leader.answered());
}

TEST_F(SyncTest, the_record_has_the_members_and_what_they_got) {
  join_two();
  sync(a, 1, {{a, "for a"}, {b, "for b"}});
  auto records = group_records();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0]->generation, 1);
  EXPECT_EQ(records[0]->leader, a);
  EXPECT_EQ(records[0]->protocol, "range");
  ASSERT_EQ(records[0]->members.size(), 2u);
  const auto& first = records[0]->members[0];
  EXPECT_EQ(text_of(first.assignment), first.member_id == a ? "for a" : "for b");
  EXPECT_EQ(first.subscription, subscription({"orders"}));
  EXPECT_EQ(first.client_host, "/10.0.0.1");
}

TEST_F(SyncTest, who_is_late_gets_its_assignment_at_once) {
  join_two();
  sync(a, 1, {{a, "for a"}, {b, "for b"}});
  EXPECT_EQ(text_of(sync(b, 1).get().assignment), "for b");
}

TEST_F(SyncTest, a_member_that_the_leader_left_out_gets_nothing) {
  join_two();
  sync(a, 1, {{a, "all"}, {"stranger", "none"}});
  auto follower = sync(b, 1);
  EXPECT_EQ(follower.error(), ErrorCode::kNone);
  EXPECT_TRUE(follower.get().assignment.empty());
}

TEST_F(SyncTest, refuses_strangers_and_old_generations) {
  join_two();
  EXPECT_EQ(sync("stranger", 1).error(), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(sync(a, 0).error(), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(sync(a, 2).error(), ErrorCode::kIllegalGeneration);
}

TEST_F(SyncTest, refuses_what_is_said_of_an_unknown_group) {
  EXPECT_EQ(sync("anybody", 1).error(), ErrorCode::kUnknownMemberId);
}

TEST_F(SyncTest, refuses_a_member_that_means_another_protocol) {
  join_two();
  wire::SyncGroupRequest request;
  request.group_id = "g";
  request.member_id = a;
  request.generation_id = 1;
  request.protocol_type = "connect";
  EXPECT_EQ(send_sync(request).error(), ErrorCode::kInconsistentGroupProtocol);
  request.protocol_type = "consumer";
  request.protocol_name = "sticky";
  EXPECT_EQ(send_sync(request).error(), ErrorCode::kInconsistentGroupProtocol);
}

TEST_F(SyncTest, before_the_first_generation_no_protocol_is_another_one) {
  auto joining = join();
  const std::string id = describe().members.at(0).member_id;
  wire::SyncGroupRequest request;
  request.group_id = "g";
  request.member_id = id;
  request.generation_id = 0;
  request.protocol_type = "consumer";
  request.protocol_name = "range";
  EXPECT_EQ(send_sync(request).error(), ErrorCode::kRebalanceInProgress);
  request.protocol_type = "connect";
  EXPECT_EQ(send_sync(request).error(), ErrorCode::kInconsistentGroupProtocol);
}

TEST_F(SyncTest, a_rebalance_sends_those_who_wait_back_to_join) {
  join_two();
  auto follower = sync(b, 1);
  join();
  EXPECT_EQ(follower.error(), ErrorCode::kRebalanceInProgress);
  EXPECT_EQ(sync(a, 1).error(), ErrorCode::kRebalanceInProgress);
}

TEST_F(SyncTest, who_joins_while_an_assignment_is_written_waits_for_it) {
  join_two();
  log.hold();
  auto leader = sync(a, 1, {{a, "for a"}, {b, "for b"}});
  auto third = start_join();
  EXPECT_FALSE(third.answered());
  log.release();
  run();
  EXPECT_EQ(text_of(leader.get().assignment), "for a");
  EXPECT_EQ(third.error(), ErrorCode::kMemberIdRequired);
  EXPECT_EQ(state(), "Stable");
}

TEST_F(SyncTest, who_syncs_while_the_assignment_is_written_gets_it) {
  join_two();
  log.hold();
  auto leader = sync(a, 1, {{a, "for a"}, {b, "for b"}});
  auto follower = sync(b, 1);
  log.release();
  run();
  EXPECT_EQ(text_of(follower.get().assignment), "for b");
}

TEST_F(SyncTest, who_falls_silent_while_an_assignment_is_written_goes_after_it) {
  join_two();
  log.hold();
  auto leader = sync(a, 1, {{a, "for a"}, {b, "for b"}});
  pass(seconds(11));
  EXPECT_EQ(members(), 2u);
  log.release();
  run();
  EXPECT_EQ(text_of(leader.get().assignment), "for a");
  EXPECT_EQ(members(), 1u);
  EXPECT_EQ(state(), "PreparingRebalance");
}

TEST_F(SyncTest, an_assignment_that_cannot_be_written_starts_over) {
  join_two();
  log.fail_with(Errc::kNotEnoughReplicas);
  auto follower = sync(b, 1);
  auto leader = sync(a, 1, {{a, "for a"}, {b, "for b"}});
  EXPECT_EQ(leader.error(), ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(follower.error(), ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(state(), "PreparingRebalance");
}

TEST_F(SyncTest, a_dead_log_sends_members_to_another_coordinator) {
  join_two();
  log.fail_with(Errc::kKafkaStorageError);
  EXPECT_EQ(sync(a, 1, {{a, "x"}}).error(), ErrorCode::kNotCoordinator);
}

TEST_F(SyncTest, a_repeated_sync_takes_the_place_of_the_parked_one) {
  join_two();
  auto first = sync(b, 1);
  auto second = sync(b, 1);
  EXPECT_EQ(first.error(), ErrorCode::kRebalanceInProgress);
  sync(a, 1, {{b, "for b"}});
  EXPECT_EQ(text_of(second.get().assignment), "for b");
}

TEST_F(SyncTest, members_that_never_sync_are_removed_after_the_rebalance_timeout) {
  auto one = join({.session_ms = 300'000});
  auto two = join({.session_ms = 300'000});
  pass(seconds(10));
  a = one.get().member_id;
  auto leader = sync(a, 1, {{a, "x"}});
  EXPECT_EQ(leader.error(), ErrorCode::kNone);
  pass(seconds(55));
  EXPECT_EQ(state(), "Stable");
  pass(seconds(2));
  EXPECT_EQ(members(), 1u);
  EXPECT_EQ(state(), "PreparingRebalance");
}

TEST_F(SyncTest, a_leader_that_never_syncs_is_removed_and_the_others_go_on) {
  auto one = join({.session_ms = 300'000});
  auto two = join({.session_ms = 300'000});
  pass(seconds(10));
  auto follower = sync(two.get().member_id, 1);
  pass(seconds(60));
  EXPECT_EQ(follower.error(), ErrorCode::kRebalanceInProgress);
  auto again = join({.member_id = two.get().member_id, .session_ms = 300'000});
  EXPECT_EQ(again.get().leader, two.get().member_id);
  EXPECT_EQ(again.get().generation_id, 2);
}

TEST_F(SyncTest, when_all_have_synced_nobody_is_removed) {
  auto group = settle({Join{.session_ms = 300'000}, Join{.session_ms = 300'000}});
  pass(seconds(100));
  EXPECT_EQ(members(), 2u);
  EXPECT_EQ(state(), "Stable");
}

}  // namespace
}  // namespace tenon::groups
