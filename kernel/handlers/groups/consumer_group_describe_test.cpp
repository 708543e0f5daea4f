// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/consumer_group_describe.h"

#include "handlers/testing/group_handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;
using ConsumerGroupDescribeTest = GroupHandlerTest;

TEST_F(ConsumerGroupDescribeTest, shows_members_with_what_they_have) {
  find_coordinator();
  create("t", 2);
  join_consumer_group("g");
  const auto group = ask(handle_consumer_group_describe, {.group_ids = {"g"}}).groups.at(0);
  EXPECT_EQ(code(group.error_code), ErrorCode::kNone);
  EXPECT_EQ(group.group_state, "Stable");
  EXPECT_EQ(group.members.at(0).client_host, "/10.0.0.7");
  EXPECT_EQ(group.members.at(0).assignment.topic_partitions.at(0).topic_name, "t");
  EXPECT_EQ(group.members.at(0).member_type, 1);
}

TEST_F(ConsumerGroupDescribeTest, each_group_has_an_error_of_its_own) {
  create("t");
  stable("classic");
  join_consumer_group("g");
  const auto described =
      ask(handle_consumer_group_describe, {.group_ids = {"classic", "", "g", "missing"}}).groups;
  EXPECT_EQ(code(described.at(0).error_code), ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(code(described.at(1).error_code), ErrorCode::kInvalidGroupId);
  EXPECT_EQ(code(described.at(2).error_code), ErrorCode::kNone);
  EXPECT_EQ(code(described.at(3).error_code), ErrorCode::kGroupIdNotFound);
  EXPECT_EQ(described.at(3).error_message, "there is no group missing");
}

TEST_F(ConsumerGroupDescribeTest, each_group_is_answered_in_the_order_of_the_request) {
  find_coordinator();
  const auto described =
      ask(handle_consumer_group_describe, {.group_ids = {"z", "a", "m", "z"}}).groups;
  std::string ids;
  for (const auto& group : described) ids += group.group_id;
  EXPECT_EQ(ids, "zamz");
}

TEST_F(ConsumerGroupDescribeTest, without_the_offsets_topic_there_is_no_coordinator) {
  const auto described = ask(handle_consumer_group_describe, {.group_ids = {"g"}}).groups;
  EXPECT_EQ(described.at(0).group_id, "g");
  EXPECT_EQ(code(described.at(0).error_code), ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(described.at(0).error_message, "there is no __consumer_offsets yet");
}

}  // namespace
}  // namespace tenon::handlers
