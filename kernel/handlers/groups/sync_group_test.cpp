// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/sync_group.h"

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

TEST_F(SyncGroupTest, without_the_offsets_topic_there_is_no_coordinator) {
  EXPECT_EQ(code(sync("g", {}).error_code), ErrorCode::kCoordinatorNotAvailable);
}

}  // namespace
}  // namespace tenon::handlers
