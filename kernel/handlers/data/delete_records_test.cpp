// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/delete_records.h"

#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class DeleteRecordsTest : public HandlerTest {
 protected:
  // "low watermark" or the error.
  std::string delete_before(int64_t offset, int32_t index = 0) {
    wire::DeleteRecordsRequest request;
    request.topics.push_back(
        {.name = "t", .partitions = {{.partition_index = index, .offset = offset}}});
    const auto response = ask(handle_delete_records, std::move(request));
    const auto& answer = response.topics.at(0).partitions.at(0);
    if (answer.error_code == 0) return std::to_string(answer.low_watermark);
    EXPECT_EQ(answer.low_watermark, -1);
    return std::string(to_string(code(answer.error_code)));
  }
};

TEST_F(DeleteRecordsTest, moves_the_log_start) {
  create("t");
  for (int i = 0; i < 3; ++i) append("t", 0, {"a"});
  EXPECT_EQ(delete_before(2), "2");
  EXPECT_EQ(partition("t").offsets().log_start, Offset{2});
}

TEST_F(DeleteRecordsTest, never_moves_it_back) {
  create("t");
  for (int i = 0; i < 3; ++i) append("t", 0, {"a"});
  delete_before(2);
  EXPECT_EQ(delete_before(1), "2");
}

TEST_F(DeleteRecordsTest, minus_one_means_all_that_is_committed) {
  create("t");
  for (int i = 0; i < 3; ++i) append("t", 0, {"a"});
  EXPECT_EQ(delete_before(-1), "3");
}

TEST_F(DeleteRecordsTest, an_offset_beyond_the_high_watermark_is_out_of_range) {
  create("t");
  append("t", 0, {"a"});
  EXPECT_EQ(delete_before(2), "OFFSET_OUT_OF_RANGE");
  EXPECT_EQ(delete_before(-2), "OFFSET_OUT_OF_RANGE");
}

TEST_F(DeleteRecordsTest, a_topic_that_is_only_compacted_keeps_its_records) {
  create("t", 1, {{"cleanup.policy", "compact"}});
  EXPECT_EQ(delete_before(0), "POLICY_VIOLATION");
}

TEST_F(DeleteRecordsTest, what_is_not_there_is_unknown) {
  EXPECT_EQ(delete_before(0), "UNKNOWN_TOPIC_OR_PARTITION");
  create("t");
  EXPECT_EQ(delete_before(0, 1), "UNKNOWN_TOPIC_OR_PARTITION");
}

}  // namespace
}  // namespace tenon::handlers
