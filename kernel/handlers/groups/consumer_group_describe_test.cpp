// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/consumer_group_describe.h"

#include "handlers/testing/group_handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;
using ConsumerGroupDescribeTest = GroupHandlerTest;

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
