// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/heartbeat.h"

#include "handlers/testing/group_handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class HeartbeatTest : public GroupHandlerTest {
 protected:
  ErrorCode heartbeat(const std::string& member, int32_t generation) {
    wire::HeartbeatRequest request;
    request.group_id = "g";
    request.member_id = member;
    request.generation_id = generation;
    return code(ask(handle_heartbeat, std::move(request)).error_code);
  }
};

TEST_F(HeartbeatTest, a_member_lives) {
  const auto joined = stable("g");
  EXPECT_EQ(heartbeat(joined.member_id, 1), ErrorCode::kNone);
  EXPECT_EQ(heartbeat(joined.member_id, 7), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(heartbeat("stranger", 1), ErrorCode::kUnknownMemberId);
}

TEST_F(HeartbeatTest, without_the_offsets_topic_there_is_no_coordinator) {
  EXPECT_EQ(heartbeat("m", 1), ErrorCode::kCoordinatorNotAvailable);
}

}  // namespace
}  // namespace tenon::handlers
