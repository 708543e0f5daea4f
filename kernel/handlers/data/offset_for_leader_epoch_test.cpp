// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/offset_for_leader_epoch.h"

#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

class OffsetForLeaderEpochTest : public HandlerTest {
 protected:
  // "epoch:end offset" or the error.
  std::string end_of(int32_t epoch, int32_t believed = -1, int32_t index = 0) {
    wire::OffsetForLeaderEpochRequest request;
    request.topics.push_back(
        {.topic = "t",
         .partitions = {
             {.partition = index, .current_leader_epoch = believed, .leader_epoch = epoch}}});
    const auto response = ask(handle_offset_for_leader_epoch, std::move(request));
    const auto& answer = response.topics.at(0).partitions.at(0);
    if (answer.error_code != 0) return std::string(to_string(code(answer.error_code)));
    return std::to_string(answer.leader_epoch) + ":" + std::to_string(answer.end_offset);
  }
  // Two records in epoch 0 and one in epoch 4, which is ours.
  void two_epochs() {
    create("t");
    append("t", 0, {"a", "b"});
    lead("t", LeaderEpoch{4});
    append("t", 0, {"c"});
  }
};

TEST_F(OffsetForLeaderEpochTest, an_epoch_ends_where_the_next_begins) {
  two_epochs();
  EXPECT_EQ(end_of(0), "0:2");
  EXPECT_EQ(end_of(3), "0:2");
}

TEST_F(OffsetForLeaderEpochTest, the_leaders_own_epoch_ends_at_the_high_watermark) {
  two_epochs();
  EXPECT_EQ(end_of(4), "4:3");
}

TEST_F(OffsetForLeaderEpochTest, an_epoch_that_is_yet_to_come_is_not_known) {
  two_epochs();
  EXPECT_EQ(end_of(5), "-1:-1");
}

TEST_F(OffsetForLeaderEpochTest, a_client_with_another_leader_epoch_is_fenced) {
  two_epochs();
  EXPECT_EQ(end_of(0, 3), "FENCED_LEADER_EPOCH");
  EXPECT_EQ(end_of(0, 5), "UNKNOWN_LEADER_EPOCH");
  EXPECT_EQ(end_of(0, 4), "0:2");
}

TEST_F(OffsetForLeaderEpochTest, what_is_not_there_is_unknown) {
  EXPECT_EQ(end_of(0), "UNKNOWN_TOPIC_OR_PARTITION");
  create("t");
  EXPECT_EQ(end_of(0, -1, 7), "UNKNOWN_TOPIC_OR_PARTITION");
}

}  // namespace
}  // namespace tenon::handlers
