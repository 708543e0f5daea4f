// SPDX-License-Identifier: Apache-2.0
//
// The door: loading, restarting, stopping.

#include "groups/group_coordinator.h"

#include "groups/testing/group_fixture.h"

namespace tenon::groups {
namespace {

class GroupCoordinatorTest : public GroupFixture {
 protected:
  // A second coordinator over the same log, whose load does not come to its end.
  void restart_slowly() {
    stop();
    log.hold();
    coordinator = std::make_unique<GroupCoordinator>(parts());
    loaded.emplace(start(coordinator->load()));
    run();
  }
  std::vector<ErrorCode> ask_everything() {
    std::vector<ErrorCode> answers;
    answers.push_back(start_join().error());
    answers.push_back(sync("a", 1).error());
    answers.push_back(leave("a"));
    answers.push_back(commit({.offset = 1}));
    answers.push_back(static_cast<ErrorCode>(fetch_group(std::nullopt).error_code));
    answers.push_back(static_cast<ErrorCode>(describe().error_code));
    answers.push_back(delete_group());
    answers.push_back(call(coordinator->list_groups({})).error());
    wire::OffsetDeleteRequest deletion;
    deletion.group_id = "g";
    answers.push_back(call(coordinator->offset_delete(deletion)).error());
    return answers;
  }
};

TEST_F(GroupCoordinatorTest, while_loading_everybody_is_asked_to_come_again) {
  restart_slowly();
  for (const ErrorCode answer : ask_everything()) {
    EXPECT_EQ(answer, ErrorCode::kCoordinatorLoadInProgress);
  }
  log.release();
  run();
  EXPECT_TRUE(coordinator->is_active());
}

TEST_F(GroupCoordinatorTest, while_loading_heartbeats_are_taken_for_good) {
  restart_slowly();
  EXPECT_EQ(heartbeat("a", 1), ErrorCode::kNone);
}

TEST_F(GroupCoordinatorTest, a_log_that_cannot_be_read_sends_everybody_elsewhere) {
  log.fail_with(Errc::kIo);
  restart();
  EXPECT_FALSE(coordinator->is_active());
  EXPECT_EQ(loaded->await_resume().error().code, Errc::kIo);
  for (const ErrorCode answer : ask_everything()) EXPECT_EQ(answer, ErrorCode::kNotCoordinator);
  EXPECT_EQ(heartbeat("a", 1), ErrorCode::kNotCoordinator);
}

TEST_F(GroupCoordinatorTest, a_stable_group_goes_on_after_a_restart) {
  auto group = settle({Join{}, Join{}});
  const auto before = describe();
  restart();
  const auto after = describe();
  EXPECT_EQ(after.group_state, "Stable");
  EXPECT_EQ(after.protocol_data, "range");
  ASSERT_EQ(after.members.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(after.members[i].member_id, before.members[i].member_id);
    EXPECT_EQ(after.members[i].member_assignment, before.members[i].member_assignment);
    EXPECT_EQ(after.members[i].member_metadata, before.members[i].member_metadata);
  }
  EXPECT_EQ(heartbeat(group.leader(), 1), ErrorCode::kNone);
  EXPECT_EQ(text_of(sync(group.ids[1], 1).get().assignment), "share of " + group.ids[1]);
}

TEST_F(GroupCoordinatorTest, after_a_restart_every_member_has_a_new_session) {
  auto group = settle({Join{}, Join{}});
  pass(seconds(7));
  restart();
  beat({group.leader()}, 1, seconds(8));
  EXPECT_EQ(members(), 2u);
  beat({group.leader()}, 1, seconds(4));
  EXPECT_EQ(members(), 1u);
}

TEST_F(GroupCoordinatorTest, static_members_are_known_again_after_a_restart) {
  auto group = settle({as_static("one")});
  restart();
  EXPECT_EQ(heartbeat(group.leader(), 1, "one"), ErrorCode::kNone);
  auto back = start_join(as_static("one"));
  EXPECT_EQ(back.get().generation_id, 1);
  EXPECT_EQ(heartbeat(group.leader(), 1, "one"), ErrorCode::kFencedInstanceId);
}

TEST_F(GroupCoordinatorTest, an_unfinished_rebalance_is_forgotten_by_a_restart) {
  auto group = settle({Join{}});
  join();
  restart();
  EXPECT_EQ(state(), "Stable");
  EXPECT_EQ(heartbeat(group.leader(), 1), ErrorCode::kNone);
}

TEST_F(GroupCoordinatorTest, generations_go_on_counting_after_a_restart) {
  auto group = settle({Join{}});
  leave(group.leader());
  restart();
  EXPECT_EQ(settle({Join{}}).generation, 3);
}

TEST_F(GroupCoordinatorTest, stopping_answers_what_is_parked) {
  auto joined = join();
  Join other;
  other.group = "h";
  auto parked_join = join(other);
  pass(seconds(10));
  auto second = join();
  auto stopped = start(coordinator->stop());
  run();
  EXPECT_TRUE(stopped.ready());
  EXPECT_EQ(second.error(), ErrorCode::kNotCoordinator);
  for (const ErrorCode answer : ask_everything()) EXPECT_EQ(answer, ErrorCode::kNotCoordinator);
  EXPECT_EQ(scheduler.timers(), 0u);
}

TEST_F(GroupCoordinatorTest, stopping_answers_parked_syncs) {
  auto a = join();
  auto b = join();
  pass(seconds(10));
  auto parked = sync(b.get().member_id, 1);
  auto stopped = start(coordinator->stop());
  run();
  EXPECT_EQ(parked.error(), ErrorCode::kNotCoordinator);
}

TEST_F(GroupCoordinatorTest, stopping_waits_for_commits_on_their_way) {
  log.hold();
  auto parked = start_commit({.offset = 5});
  auto stopped = start(coordinator->stop());
  run();
  EXPECT_FALSE(stopped.ready());
  log.release();
  run();
  EXPECT_TRUE(stopped.ready());
  EXPECT_EQ(commit_code(parked.get()), ErrorCode::kNone);
}

TEST_F(GroupCoordinatorTest, stopping_waits_for_an_assignment_on_its_way) {
  auto a = join();
  pass(seconds(10));
  log.hold();
  auto parked = sync(a.get().member_id, 1, {{a.get().member_id, "x"}});
  auto stopped = start(coordinator->stop());
  run();
  EXPECT_EQ(parked.error(), ErrorCode::kNotCoordinator);
  log.release();
  run();
  EXPECT_TRUE(stopped.ready());
  restart();
  EXPECT_EQ(state(), "Stable");
}

}  // namespace
}  // namespace tenon::groups
