// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/sync_group.h"

#include "handlers/groups/describe_groups.h"
#include "handlers/testing/group_handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;
using SyncGroupTest = GroupHandlerTest;

TEST_F(SyncGroupTest, brings_the_leaders_assignment) {
  find_coordinator();
  const auto synced = sync("g", join("g"));
  EXPECT_EQ(code(synced.error_code), ErrorCode::kNone);
  EXPECT_EQ(synced.assignment, Bytes{7});
}

TEST_F(SyncGroupTest, an_unknown_member_is_refused) {
  find_coordinator();
  wire::JoinGroupResponse stranger;
  stranger.member_id = "stranger";
  EXPECT_EQ(code(sync("g", stranger).error_code), ErrorCode::kUnknownMemberId);
}

TEST_F(SyncGroupTest, a_peer_that_is_gone_is_not_waited_for_and_its_member_stays) {
  const auto first = stable("g");
  auto joining = begin(handle_join_group, join_request("g"), 3);
  const auto leader = join("g", first.member_id);
  const auto follower = wait(std::move(joining));
  ASSERT_EQ(follower.generation_id, leader.generation_id);
  wire::SyncGroupRequest request;
  request.group_id = "g";
  request.generation_id = follower.generation_id;
  request.member_id = follower.member_id;
  auto parked = begin(handle_sync_group, request);
  scheduler_.run();
  EXPECT_FALSE(parked.ready());
  connection_.peer_gone.happen();
  scheduler_.run();
  ASSERT_TRUE(parked.ready());
  EXPECT_EQ(code(wait(std::move(parked)).error_code), ErrorCode::kCoordinatorNotAvailable);
  connection_.peer_gone = {};
  EXPECT_EQ(code(sync("g", leader).error_code), ErrorCode::kNone);
  const auto described = ask(handle_describe_groups, {.groups = {"g"}});
  EXPECT_EQ(described.groups.at(0).members.size(), 2U);
}

TEST_F(SyncGroupTest, without_the_offsets_topic_there_is_no_coordinator) {
  EXPECT_EQ(code(sync("g", {}).error_code), ErrorCode::kCoordinatorNotAvailable);
}

}  // namespace
}  // namespace tenon::handlers
