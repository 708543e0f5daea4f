// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/describe_groups.h"

#include "handlers/testing/group_handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;
using DescribeGroupsTest = GroupHandlerTest;

TEST_F(DescribeGroupsTest, describes_each_group_in_the_order_of_the_request) {
  stable("g");
  const auto described = ask(handle_describe_groups, {.groups = {"missing", "g"}}).groups;
  ASSERT_EQ(described.size(), 2U);
  EXPECT_EQ(described[0].group_id + " " + described[0].group_state, "missing Dead");
  EXPECT_EQ(described[1].group_id + " " + described[1].group_state, "g Stable");
  EXPECT_EQ(described[1].protocol_data, "range");
  EXPECT_EQ(described[1].members.size(), 1U);
}

TEST_F(DescribeGroupsTest, from_version_6_on_a_group_that_is_not_there_is_an_error) {
  stable("g");
  const auto old = ask(handle_describe_groups, {.groups = {"missing"}}, 5).groups.at(0);
  EXPECT_EQ(code(old.error_code), ErrorCode::kNone);
  const auto described = ask(handle_describe_groups, {.groups = {"missing", "g"}}, 6).groups;
  EXPECT_EQ(code(described.at(0).error_code), ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(described.at(0).error_message, "there is no group missing");
  EXPECT_EQ(code(described.at(1).error_code), ErrorCode::kNone);
}

TEST_F(DescribeGroupsTest, a_consumer_group_is_none_that_it_could_describe) {
  find_coordinator();
  create("t");
  join_consumer_group("g");
  const auto old = ask(handle_describe_groups, {.groups = {"g"}}, 5).groups.at(0);
  EXPECT_EQ(code(old.error_code), ErrorCode::kNone);
  EXPECT_EQ(old.group_state, "Dead");
  const auto described = ask(handle_describe_groups, {.groups = {"g"}}, 6).groups.at(0);
  EXPECT_EQ(code(described.error_code), ErrorCode::kGroupIdNotFound);
}

TEST_F(DescribeGroupsTest, without_the_offsets_topic_there_is_no_coordinator) {
  const auto described = ask(handle_describe_groups, {.groups = {"g"}}).groups;
  EXPECT_EQ(described.at(0).group_id, "g");
  EXPECT_EQ(code(described.at(0).error_code), ErrorCode::kCoordinatorNotAvailable);
}

}  // namespace
}  // namespace tenon::handlers
