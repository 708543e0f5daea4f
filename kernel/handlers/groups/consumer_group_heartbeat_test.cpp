// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/consumer_group_heartbeat.h"

#include "handlers/testing/group_handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;
using ConsumerGroupHeartbeatTest = GroupHandlerTest;

TEST_F(ConsumerGroupHeartbeatTest, a_member_joins_and_is_given_its_partitions) {
  find_coordinator();
  const Uuid id = create("t", 3);
  const auto joined = join_consumer_group("g");
  EXPECT_EQ(joined.member_id, "m");
  const auto& assigned = joined.assignment.value().topic_partitions;
  EXPECT_EQ(assigned.at(0).topic_id, id);
  EXPECT_EQ(assigned.at(0).partitions, (std::vector<int32_t>{0, 1, 2}));
}

TEST_F(ConsumerGroupHeartbeatTest, in_version_0_the_coordinator_makes_the_member_id) {
  find_coordinator();
  create("t");
  auto request = consumer_join_request("g");
  request.member_id.clear();
  const auto joined = ask(handle_consumer_group_heartbeat, request, 0);
  EXPECT_EQ(code(joined.error_code), ErrorCode::kNone);
  EXPECT_NE(joined.member_id.value_or(""), "");
  const auto refused = ask(handle_consumer_group_heartbeat, request, 1);
  EXPECT_EQ(code(refused.error_code), ErrorCode::kInvalidRequest);
}

TEST_F(ConsumerGroupHeartbeatTest, a_refusal_says_why) {
  find_coordinator();
  const auto refused = ask(handle_consumer_group_heartbeat, consumer_join_request(""));
  EXPECT_EQ(code(refused.error_code), ErrorCode::kInvalidRequest);
  EXPECT_EQ(refused.error_message, "GroupId must not be empty");
}

TEST_F(ConsumerGroupHeartbeatTest, the_group_is_asked_on_its_own_shard) {
  find_coordinator();
  bool far = false;
  for (const char* group : {"a", "b", "c", "d"}) {
    far |= waits_for_shard_1(handle_consumer_group_heartbeat, consumer_join_request(group));
  }
  EXPECT_TRUE(far);
}

TEST_F(ConsumerGroupHeartbeatTest, without_the_offsets_topic_there_is_no_coordinator) {
  const auto response = ask(handle_consumer_group_heartbeat, consumer_join_request("g"));
  EXPECT_EQ(code(response.error_code), ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(response.error_message, "there is no __consumer_offsets yet");
}

}  // namespace
}  // namespace tenon::handlers
