// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/leave_group.h"

#include "handlers/testing/group_handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;
using LeaveGroupTest = GroupHandlerTest;

TEST_F(LeaveGroupTest, members_leave_each_with_an_answer) {
  const auto joined = stable("g");
  wire::LeaveGroupRequest request;
  request.group_id = "g";
  request.members.push_back({.member_id = joined.member_id});
  request.members.push_back({.member_id = "stranger"});
  const auto left = ask(handle_leave_group, request);
  EXPECT_EQ(code(left.error_code), ErrorCode::kNone);
  EXPECT_EQ(code(left.members.at(0).error_code), ErrorCode::kNone);
  EXPECT_EQ(code(left.members.at(1).error_code), ErrorCode::kUnknownMemberId);
}

TEST_F(LeaveGroupTest, versions_before_3_name_one) {
  const auto joined = stable("g");
  wire::LeaveGroupRequest request;
  request.group_id = "g";
  request.member_id = joined.member_id;
  EXPECT_EQ(code(ask(handle_leave_group, request, 2).error_code), ErrorCode::kNone);
  EXPECT_EQ(code(ask(handle_leave_group, request, 2).error_code), ErrorCode::kUnknownMemberId);
}

TEST_F(LeaveGroupTest, without_the_offsets_topic_there_is_no_coordinator) {
  wire::LeaveGroupRequest request;
  request.group_id = "g";
  EXPECT_EQ(code(ask(handle_leave_group, request).error_code), ErrorCode::kCoordinatorNotAvailable);
}

}  // namespace
}  // namespace tenon::handlers
