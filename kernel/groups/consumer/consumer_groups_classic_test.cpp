// SPDX-License-Identifier: Apache-2.0

#include "groups/assignment/consumer_protocol.h"
#include "groups/testing/consumer_fixture.h"

namespace tenon::groups {
namespace {

// A client of the classic protocol, as far as a consumer group makes a difference to it.
class MigrationTest : public ConsumerFixture {
 protected:
  struct Classic {
    std::string id;
    int32_t generation = -1;
    Partitions assigned{};
    bool cooperative = false;
    std::optional<std::string> instance = std::nullopt;
  };

  Join words(const Classic& member) {
    const Partitions owned = member.cooperative ? member.assigned : Partitions{};
    Join join{.member_id = member.id};
    join.instance = member.instance;
    join.protocols = {{member.cooperative ? "cooperative-sticky" : "range",
                       write_subscription({"orders"}, owned, *image)}};
    return join;
  }
  ErrorCode join_classic(Classic& member) {
    auto joining = start_join(words(member));
    if (!joining.answered()) pass(seconds(10));
    if (joining.error() == ErrorCode::kMemberIdRequired) {
      member.id = joining.get().member_id;
      return join_classic(member);
    }
    if (joining.error() != ErrorCode::kNone) return joining.error();
    member.id = joining.get().member_id;
    member.generation = joining.get().generation_id;
    return ErrorCode::kNone;
  }
  ErrorCode sync_classic(Classic& member) {
    auto syncing = sync(member.id, member.generation);
    if (syncing.error() != ErrorCode::kNone) return syncing.error();
    member.assigned = read_assignment(syncing.get().assignment, *image).value();
    return ErrorCode::kNone;
  }
  // Joins and syncs as often as it is told to.
  void follow(Classic& member) {
    for (int round = 0; round < 6; ++round) {
      if (member.generation >= 0 && heartbeat(member.id, member.generation) == ErrorCode::kNone) {
        return;
      }
      ASSERT_EQ(join_classic(member), ErrorCode::kNone);
      ASSERT_EQ(sync_classic(member), ErrorCode::kNone);
    }
    FAIL() << member.id << " does not come to rest";
  }
  // A commit is made, and the coordinator ends before what is on its way is in the log.
  void commit_and_end() {
    auto committed = start_commit({.offset = 7});
    auto stopped = start(coordinator->stop());
    run();
    log.release();
    run();
    EXPECT_TRUE(stopped.ready());
    EXPECT_EQ(commit_code(committed.get()), ErrorCode::kNone);
  }
  // A stable classic group of one member, who has everything.
  Classic settled_classic(bool cooperative = false) {
    Classic member{.id = "", .cooperative = cooperative};
    auto joining = join(words(member));
    pass(seconds(4));
    member.id = joining.get().member_id;
    member.generation = joining.get().generation_id;
    wire::SyncGroupRequest request;
    request.group_id = "g";
    request.member_id = member.id;
    request.generation_id = member.generation;
    member.assigned = parts("orders", {0, 1, 2, 3});
    request.assignments.push_back({member.id, write_assignment(member.assigned, 1, *image)});
    auto synced = send_sync(std::move(request));
    EXPECT_EQ(synced.error(), ErrorCode::kNone);
    return member;
  }
};

TEST_F(MigrationTest, the_first_member_of_the_consumer_protocol_makes_a_consumer_group) {
  Classic old = settled_classic();
  Member fresh = joined({.id = "fresh"});
  EXPECT_EQ(fresh.epoch, 2);
  const auto shown = described();
  ASSERT_EQ(shown.members.size(), 2u);
  EXPECT_EQ(shown.members[0].member_type + shown.members[1].member_type, 1);
  EXPECT_EQ(heartbeat(old.id, old.generation), ErrorCode::kRebalanceInProgress);
  follow(old);
  beat(fresh);
  EXPECT_EQ(union_of(old.assigned, fresh.assigned), parts("orders", {0, 1, 2, 3}));
  EXPECT_FALSE(intersects(old.assigned, fresh.assigned));
  EXPECT_EQ(status(), "Stable 2/2");
}

TEST_F(MigrationTest, a_cooperative_member_keeps_its_partitions_until_it_gives_them_up) {
  Classic old = settled_classic(true);
  Member fresh = joined({.id = "fresh"});
  EXPECT_EQ(fresh.assigned, Partitions{});
  ASSERT_EQ(join_classic(old), ErrorCode::kNone);
  beat_bare(fresh);
  EXPECT_EQ(fresh.assigned, Partitions{});
  ASSERT_EQ(sync_classic(old), ErrorCode::kNone);
  EXPECT_EQ(old.assigned.size(), 2u);
  beat_bare(fresh);
  EXPECT_EQ(fresh.assigned, Partitions{});  // it has been told, and has not said that it did it
  follow(old);
  beat_bare(fresh);
  EXPECT_EQ(fresh.assigned.size(), 2u);
  EXPECT_EQ(old.assigned.size(), 2u);
  EXPECT_EQ(status(), "Stable 2/2");
}

TEST_F(MigrationTest, without_the_last_member_of_the_consumer_protocol_it_is_classic_again) {
  Classic old = settled_classic();
  Member fresh = joined({.id = "fresh"});
  follow(old);
  EXPECT_EQ(say_goodbye(fresh), ErrorCode::kNone);
  EXPECT_EQ(status(), "error 69");
  EXPECT_EQ(state(), "PreparingRebalance");
  auto joining = start_join(words(old));
  ASSERT_TRUE(joining.answered());
  EXPECT_EQ(joining.error(), ErrorCode::kNone);
  EXPECT_EQ(joining.get().generation_id, old.generation + 1);
  EXPECT_EQ(joining.get().leader, old.id);
}

TEST_F(MigrationTest, in_a_group_that_is_classic_again_members_commit_by_the_generation_they_had) {
  Classic old = settled_classic();
  Member fresh = joined({.id = "fresh"});
  follow(old);
  say_goodbye(fresh);
  EXPECT_EQ(heartbeat(old.id, old.generation), ErrorCode::kRebalanceInProgress);
  EXPECT_EQ(commit({.offset = 5, .member_id = old.id, .generation = old.generation}),
            ErrorCode::kNone);
  EXPECT_EQ(fetch(), 5);
}

TEST_F(MigrationTest, generations_go_on_counting_through_both_ways) {
  Classic old = settled_classic();
  int32_t last = old.generation;
  for (int round = 0; round < 3; ++round) {
    Member fresh = joined({.id = fmt::format("fresh-{}", round)});
    follow(old);
    EXPECT_GT(old.generation, last);
    EXPECT_EQ(fresh.epoch, old.generation);
    last = old.generation;
    say_goodbye(fresh);
    auto joining = start_join(words(old));
    old.generation = joining.get().generation_id;
    EXPECT_GT(old.generation, last);
    last = old.generation;
    wire::SyncGroupRequest request;
    request.group_id = "g";
    request.member_id = old.id;
    request.generation_id = old.generation;
    old.assigned = parts("orders", {0, 1, 2, 3});
    request.assignments.push_back({old.id, write_assignment(old.assigned, 1, *image)});
    ASSERT_EQ(send_sync(std::move(request)).error(), ErrorCode::kNone);
  }
}

TEST_F(MigrationTest, the_last_static_member_that_goes_back_makes_a_classic_group) {
  Member fresh = joined({.id = "fresh", .instance = "one"});
  Member other = joined({.id = "other", .instance = "two"});
  settle_all({&fresh, &other});
  say_goodbye(fresh, kLeaveStaticEpoch);
  Classic old{.id = "", .instance = "one"};
  ASSERT_EQ(join_classic(old), ErrorCode::kNone);
  EXPECT_EQ(described().members.size(), 2u);
  say_goodbye(other, kLeaveStaticEpoch);
  Classic last{.id = "", .instance = "two"};
  auto joining = start_join(words(last));
  EXPECT_EQ(status(), "error 69");
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(heartbeat(old.id, old.generation), ErrorCode::kRebalanceInProgress);
  auto again =
      start_join({.member_id = old.id, .instance = "one", .protocols = words(old).protocols});
  ASSERT_TRUE(joining.answered());
  EXPECT_EQ(joining.error(), ErrorCode::kNone);
  EXPECT_EQ(again.error(), ErrorCode::kNone);
  EXPECT_EQ(members(), 2u);
}

TEST_F(MigrationTest, one_that_is_silent_is_gone_as_well) {
  Classic old = settled_classic();
  Member fresh = joined({.id = "fresh"});
  follow(old);
  for (int i = 0; i < 30 && described().error_code == 0; ++i) {
    pass(seconds(2));
    heartbeat(old.id, old.generation);
  }
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(commit({.offset = 5, .member_id = old.id, .generation = old.generation}),
            ErrorCode::kNone);
}

TEST_F(MigrationTest, both_ways_survive_a_restart) {
  Classic old = settled_classic();
  Member fresh = joined({.id = "fresh"});
  restart();
  EXPECT_EQ(status(), "Reconciling 2/2");
  follow(old);
  beat(fresh);
  say_goodbye(fresh);
  restart();
  EXPECT_EQ(status(), "error 69");
  EXPECT_EQ(members(), 1u);
}

TEST_F(MigrationTest, offsets_are_committed_by_generation_before_and_by_epoch_after) {
  Classic old = settled_classic();
  Member fresh = joined({.id = "fresh"});
  follow(old);
  EXPECT_EQ(commit({.offset = 5, .member_id = old.id, .generation = old.generation}),
            ErrorCode::kNone);
  EXPECT_EQ(commit({.offset = 6, .member_id = old.id, .generation = 1}),
            ErrorCode::kIllegalGeneration);
  Commit by_epoch{.offset = 7, .member_id = "fresh", .generation = fresh.epoch};
  by_epoch.version = 9;
  EXPECT_EQ(commit(by_epoch), ErrorCode::kNone);
  by_epoch.generation = 1;
  EXPECT_EQ(commit(by_epoch), ErrorCode::kStaleMemberEpoch);
  EXPECT_EQ(fetch(), 7);
}

TEST_F(MigrationTest, a_policy_can_forbid_it) {
  Classic old = settled_classic();
  config.consumer.migration = config::GroupMigration::kDisabled;
  restart();
  Member fresh{.id = "fresh"};
  EXPECT_EQ(beat(fresh), ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(heartbeat(old.id, old.generation), ErrorCode::kNone);
}

TEST_F(MigrationTest, a_group_of_others_than_consumers_stays_what_it_is) {
  settle({Join{.type = "connect", .protocols = {{"compatible", bytes_of("?")}}}});
  Member fresh{.id = "fresh"};
  EXPECT_EQ(beat(fresh), ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(state(), "Stable");
}

TEST_F(MigrationTest, a_failed_write_leaves_a_classic_group) {
  Classic old = settled_classic();
  log.fail_with(Errc::kNotEnoughReplicas);
  Member fresh{.id = "fresh"};
  EXPECT_EQ(beat(fresh), ErrorCode::kCoordinatorNotAvailable);
  log.recover();
  EXPECT_EQ(heartbeat(old.id, old.generation), ErrorCode::kNone);
  EXPECT_EQ(state(), "Stable");
  EXPECT_EQ(beat(fresh), ErrorCode::kNone);
}

TEST_F(MigrationTest, while_it_is_written_down_classic_members_are_told_to_wait) {
  Classic old = settled_classic();
  log.hold();
  Member fresh{.id = "fresh"};
  auto waiting = start_heartbeat(full(fresh));
  EXPECT_EQ(heartbeat(old.id, old.generation), ErrorCode::kNone);
  auto join = start_join(words(old));
  auto synced = sync(old.id, old.generation);
  EXPECT_FALSE(join.answered());
  EXPECT_FALSE(synced.answered());
  log.release();
  run();
  EXPECT_EQ(waiting.get().error_code, 0);
  EXPECT_EQ(join.error(), ErrorCode::kRebalanceInProgress);
  EXPECT_EQ(synced.error(), ErrorCode::kRebalanceInProgress);
}

TEST_F(MigrationTest, a_classic_member_joins_a_consumer_group) {
  Member fresh = joined({.id = "fresh"});
  Classic late{.id = ""};
  ASSERT_EQ(join_classic(late), ErrorCode::kNone);
  EXPECT_EQ(late.generation, 2);
  ASSERT_EQ(sync_classic(late), ErrorCode::kNone);
  settle_all({&fresh});
  follow(late);
  EXPECT_EQ(late.assigned.size(), 2u);
  EXPECT_EQ(leave(late.id), ErrorCode::kNone);
  settle_all({&fresh});
  EXPECT_EQ(fresh.assigned.size(), 4u);
}

TEST_F(MigrationTest, what_is_no_consumer_is_refused_by_a_consumer_group) {
  Member fresh = joined({.id = "fresh"});
  EXPECT_EQ(start_join({.member_id = "x", .type = "connect"}).error(),
            ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(start_join({.member_id = "x", .protocols = {{"range", Bytes{0, 0, 0x7f}}}}).error(),
            ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(heartbeat("nobody", 1), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(sync("fresh", 1).error(), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(leave("nobody"), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(status(), "Stable 1/1");
}

TEST_F(MigrationTest, an_empty_consumer_group_becomes_a_classic_one) {
  Member fresh = joined({.id = "fresh"});
  say_goodbye(fresh);
  Classic old = settled_classic();
  EXPECT_EQ(state(), "Stable");
  restart();
  EXPECT_EQ(state(), "Stable");
}

TEST_F(MigrationTest, a_static_member_changes_the_protocol_and_keeps_its_partitions) {
  Classic old{.id = "", .instance = "one"};
  auto joining = start_join(words(old));
  pass(seconds(4));
  old.id = joining.get().member_id;
  wire::SyncGroupRequest request;
  request.group_id = "g";
  request.member_id = old.id;
  request.generation_id = joining.get().generation_id;
  request.assignments.push_back(
      {old.id, write_assignment(parts("orders", {0, 1, 2, 3}), 1, *image)});
  send_sync(std::move(request));
  Member fresh = joined({.id = "fresh", .instance = "one"});
  EXPECT_EQ(fresh.assigned, parts("orders", {0, 1, 2, 3}));
  EXPECT_EQ(described().members.size(), 1u);
}

TEST_F(MigrationTest, a_static_member_that_was_replaced_does_not_take_its_place_back) {
  Member fresh = joined({.id = "fresh"});
  Classic old{.id = "", .instance = "one"};
  ASSERT_EQ(join_classic(old), ErrorCode::kNone);
  Classic newer{.id = "", .instance = "one"};
  ASSERT_EQ(join_classic(newer), ErrorCode::kNone);
  EXPECT_EQ(join_classic(old), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(sync_classic(newer), ErrorCode::kNone);
}

TEST_F(MigrationTest, a_full_group_stays_classic_when_it_refuses_a_member) {
  Classic old = settled_classic();
  config.consumer.max_size = 1;
  restart();
  Member fresh{.id = "fresh"};
  EXPECT_EQ(beat(fresh), ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(state(), "Stable");
  EXPECT_EQ(heartbeat(old.id, old.generation), ErrorCode::kNone);
}

TEST_F(MigrationTest, a_group_with_more_members_than_a_consumer_group_may_have_stays_classic) {
  std::vector<JoinCallResult> joins{join(), join()};
  pass(seconds(10));
  for (auto& each : joins) sync(each.get().member_id, 1);
  ASSERT_EQ(state(), "Stable");
  config.consumer.max_size = 1;
  restart();
  Member fresh{.id = "fresh"};
  EXPECT_EQ(beat(fresh), ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(state(), "Stable");
}

TEST_F(MigrationTest, a_commit_outlives_a_change_of_type_when_the_coordinator_ends) {
  auto group = settle({Join{}});
  leave(group.leader());
  log.hold();
  auto fresh = start_heartbeat(full({.id = "fresh"}));
  commit_and_end();
  restart();
  EXPECT_EQ(fetch(), 7);
}

TEST_F(MigrationTest, a_commit_outlives_an_empty_consumer_group_when_the_coordinator_ends) {
  Member fresh = joined({.id = "fresh"});
  say_goodbye(fresh);
  log.hold();
  auto joining = start_join();
  commit_and_end();
}

TEST_F(MigrationTest, who_comes_with_an_id_does_not_become_a_static_member) {
  Member fresh = joined({.id = "fresh"});
  Classic stranger{.id = "stranger", .instance = "two"};
  EXPECT_EQ(join_classic(stranger), ErrorCode::kUnknownMemberId);
}

TEST_F(MigrationTest, a_static_member_that_joins_without_its_instance_stays_one) {
  Member fresh = joined({.id = "fresh"});
  Classic old{.id = "", .instance = "one"};
  ASSERT_EQ(join_classic(old), ErrorCode::kNone);
  old.instance.reset();
  ASSERT_EQ(join_classic(old), ErrorCode::kNone);
  EXPECT_EQ(leave(old.id), ErrorCode::kNone);
  Classic next{.id = "", .instance = "one"};
  EXPECT_EQ(join_classic(next), ErrorCode::kNone);
}

TEST_F(MigrationTest, by_its_id_only_a_classic_member_leaves_by_the_classic_protocol) {
  Member fresh = joined({.id = "fresh"});
  Member fixed = joined({.id = "fixed", .instance = "one"});
  EXPECT_EQ(leave("fresh"), ErrorCode::kUnknownMemberId);
  const auto left = leave_all({{.member_id = "", .group_instance_id = "one"}});
  EXPECT_EQ(left.members.at(0).error_code, 0);
  EXPECT_EQ(described().members.size(), 1u);
  EXPECT_EQ(coordinator->chronicles().evictions().of(Cause::kAdministrator), 1u);
}

TEST_F(MigrationTest, a_group_that_was_not_assigned_yet_is_when_it_changes_the_protocol) {
  Classic old{.id = "", .instance = "one"};
  auto joining = start_join(words(old));
  pass(seconds(4));
  ASSERT_EQ(joining.error(), ErrorCode::kNone);  // and it never syncs
  Member fresh{.id = "fresh", .instance = "one"};
  ASSERT_EQ(beat(fresh), ErrorCode::kNone);
  pass(seconds(2));
  settle_all({&fresh});
  EXPECT_EQ(fresh.assigned.size(), 4u);
}

TEST_F(MigrationTest, a_classic_member_that_does_not_sync_is_removed) {
  Member fresh = joined({.id = "fresh"});
  Classic late{.id = ""};
  ASSERT_EQ(join_classic(late), ErrorCode::kNone);
  for (int i = 0; i < 40; ++i) {
    pass(seconds(2));
    beat(fresh);
    heartbeat(late.id, late.generation);
  }
  EXPECT_EQ(described().members.size(), 1u);
  EXPECT_EQ(fresh.assigned.size(), 4u);
}

}  // namespace
}  // namespace tenon::groups
