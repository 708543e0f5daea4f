// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/list_offsets.h"

#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class ListOffsetsTest : public HandlerTest {
 protected:
  using Asked = wire::ListOffsetsRequest::ListOffsetsPartition;
  using Answer = wire::ListOffsetsResponse::ListOffsetsPartitionResponse;
  static constexpr int64_t kLatest = -1, kEarliest = -2, kMaxTimestamp = -3, kEarliestLocal = -4,
                           kLatestTiered = -5;

  Answer list(Asked asked, int16_t version = 9) {
    wire::ListOffsetsRequest request;
    request.topics.push_back({.name = "t", .partitions = {asked}});
    return ask(handle_list_offsets, std::move(request), version).topics.at(0).partitions.at(0);
  }
  // "offset@timestamp", or the error.
  std::string at(int64_t timestamp, int16_t version = 9) {
    const Answer answer = list({.partition_index = 0, .timestamp = timestamp}, version);
    if (answer.error_code != 0) return std::string(to_string(code(answer.error_code)));
    return std::to_string(answer.offset) + "@" + std::to_string(answer.timestamp);
  }
};

TEST_F(ListOffsetsTest, an_empty_partition_begins_and_ends_at_0) {
  create("t");
  EXPECT_EQ(at(kEarliest), "0@-1");
  EXPECT_EQ(at(kLatest), "0@-1");
  EXPECT_EQ(at(kMaxTimestamp), "-1@-1");
  EXPECT_EQ(at(0), "-1@-1");
}

TEST_F(ListOffsetsTest, earliest_is_the_log_start_and_latest_the_high_watermark) {
  create("t");
  for (int i = 0; i < 3; ++i) append("t", 0, {"a"});
  const auto deleted = partition("t").log().delete_records(Offset{2});
  scheduler_.run();
  ASSERT_TRUE(deleted.ready());
  EXPECT_EQ(at(kEarliest), "2@-1");
  EXPECT_EQ(at(kLatest), "3@-1");
}

TEST_F(ListOffsetsTest, nothing_is_seen_before_it_is_durable) {
  create("t");
  storage_.hold_flushes = true;
  Bytes bytes = batch_at(1000);
  auto pending = partition("t").append(MutableBytes(bytes), {.acks = replication::kAcksLeader});
  EXPECT_EQ(at(kLatest) + " " + at(1000) + " " + at(kMaxTimestamp), "0@-1 -1@-1 -1@-1");
  storage_.hold_flushes = false;
  storage_.release_flush();
  EXPECT_EQ(at(kLatest) + " " + at(1000) + " " + at(kMaxTimestamp), "1@-1 0@1000 0@1000");
}

TEST_F(ListOffsetsTest, a_time_finds_the_first_record_that_is_not_older) {
  create("t");
  for (const int64_t time : {1000, 2000, 3000}) append_bytes("t", 0, batch_at(time));
  EXPECT_EQ(at(1500), "1@2000");
  EXPECT_EQ(at(2000), "1@2000");
  EXPECT_EQ(at(3001), "-1@-1");
}

TEST_F(ListOffsetsTest, the_largest_timestamp_is_found_wherever_it_lies) {
  create("t");
  for (const int64_t time : {1000, 3000, 2000}) append_bytes("t", 0, batch_at(time));
  EXPECT_EQ(at(kMaxTimestamp), "1@3000");
}

TEST_F(ListOffsetsTest, nothing_is_tiered) {
  create("t");
  append("t", 0, {"a"});
  EXPECT_EQ(at(kEarliestLocal), "0@-1");
  EXPECT_EQ(at(kLatestTiered), "-1@-1");
}

TEST_F(ListOffsetsTest, special_timestamps_belong_to_their_versions) {
  create("t");
  EXPECT_EQ(at(kMaxTimestamp, 6), "UNSUPPORTED_VERSION");
  EXPECT_EQ(at(kEarliestLocal, 7), "UNSUPPORTED_VERSION");
  EXPECT_EQ(at(kLatestTiered, 8), "UNSUPPORTED_VERSION");
  EXPECT_EQ(at(-6), "UNSUPPORTED_VERSION");
}

TEST_F(ListOffsetsTest, version_0_answers_a_list) {
  create("t");
  append("t", 0, {"a"});
  EXPECT_EQ(list({.timestamp = kLatest}, 0).old_style_offsets, std::vector<int64_t>{1});
  EXPECT_TRUE(list({.timestamp = kLatest, .max_num_offsets = 0}, 0).old_style_offsets.empty());
}

TEST_F(ListOffsetsTest, says_the_leader_epoch) {
  create("t");
  append("t", 0, {"a"});
  lead("t", LeaderEpoch{4});
  EXPECT_EQ(list({.timestamp = kEarliest}).leader_epoch, 0);
  EXPECT_EQ(list({.timestamp = kLatest}).leader_epoch, 4);
}

TEST_F(ListOffsetsTest, a_client_with_another_leader_epoch_is_fenced) {
  create("t");
  lead("t", LeaderEpoch{4});
  EXPECT_EQ(code(list({.current_leader_epoch = 3, .timestamp = kLatest}).error_code),
            ErrorCode::kFencedLeaderEpoch);
  EXPECT_EQ(code(list({.current_leader_epoch = 5, .timestamp = kLatest}).error_code),
            ErrorCode::kUnknownLeaderEpoch);
  EXPECT_EQ(code(list({.current_leader_epoch = 4, .timestamp = kLatest}).error_code),
            ErrorCode::kNone);
}

TEST_F(ListOffsetsTest, what_is_not_there_is_unknown) {
  EXPECT_EQ(at(kLatest), "UNKNOWN_TOPIC_OR_PARTITION");
  create("t");
  EXPECT_EQ(code(list({.partition_index = 1, .timestamp = kLatest}).error_code),
            ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(code(list({.partition_index = -1, .timestamp = kLatest}).error_code),
            ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(ListOffsetsTest, answers_partitions_of_both_shards_in_the_order_of_the_request) {
  create("t", 4);
  append("t", 3, {"a"});
  wire::ListOffsetsRequest request;
  request.topics.push_back({.name = "t", .partitions = {}});
  for (const int32_t index : {3, 0, 2, 1}) {
    request.topics[0].partitions.push_back({.partition_index = index, .timestamp = kLatest});
  }
  std::string text;
  const auto response = ask(handle_list_offsets, request);
  for (const auto& answer : response.topics.at(0).partitions) {
    text += std::to_string(answer.partition_index) + ":" + std::to_string(answer.offset) + " ";
  }
  EXPECT_EQ(text, "3:1 0:0 2:0 1:0 ");
}

}  // namespace
}  // namespace tenon::handlers
