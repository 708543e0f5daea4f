// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/consumer_group_heartbeat.h"

#include "handlers/testing/group_handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class ConsumerGroupHeartbeatTest : public GroupHandlerTest {
 protected:
  static wire::ConsumerGroupHeartbeatRequest join(const std::string& group) {
    wire::ConsumerGroupHeartbeatRequest request;
    request.group_id = group;
    request.member_id = "m";
    request.rebalance_timeout_ms = 60'000;
    request.subscribed_topic_names = {"t"};
    request.topic_partitions.emplace();
    return request;
  }
};

TEST_F(ConsumerGroupHeartbeatTest, the_group_is_asked_on_its_own_shard) {
  find_coordinator();
  bool far = false;
  for (const char* group : {"a", "b", "c", "d"}) {
    far |= waits_for_shard_1(handle_consumer_group_heartbeat, join(group));
  }
  EXPECT_TRUE(far);
}

TEST_F(ConsumerGroupHeartbeatTest, without_the_offsets_topic_there_is_no_coordinator) {
  const auto response = ask(handle_consumer_group_heartbeat, join("g"));
  EXPECT_EQ(code(response.error_code), ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(response.error_message, "there is no __consumer_offsets yet");
}

}  // namespace
}  // namespace tenon::handlers
