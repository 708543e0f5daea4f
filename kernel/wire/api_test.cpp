// SPDX-License-Identifier: Apache-2.0

#include "wire/api.h"

#include <gtest/gtest.h>

namespace tenon::wire {
namespace {

TEST(api, keys_have_kafkas_names) {
  EXPECT_EQ(to_string(ApiKey::kProduce), "Produce");
  EXPECT_EQ(to_string(ApiKey::kIncrementalAlterConfigs), "IncrementalAlterConfigs");
  EXPECT_EQ(to_string(ApiKey::kDescribeTopicPartitions), "DescribeTopicPartitions");
}

TEST(api, an_unknown_key_has_a_name_too) {
  EXPECT_EQ(to_string(ApiKey{4}), "Unknown");
  EXPECT_EQ(to_string(ApiKey{-1}), "Unknown");
  EXPECT_EQ(to_string(ApiKey{32767}), "Unknown");
}

TEST(api, errors_have_kafkas_spelling) {
  EXPECT_EQ(to_string(ErrorCode::kUnknownServerError), "UNKNOWN_SERVER_ERROR");
  EXPECT_EQ(to_string(ErrorCode::kNone), "NONE");
  EXPECT_EQ(to_string(ErrorCode::kFencedInstanceId), "FENCED_INSTANCE_ID");
  EXPECT_EQ(to_string(ErrorCode::kTransactionAbortable), "TRANSACTION_ABORTABLE");
  EXPECT_EQ(to_string(ErrorCode::kInvalidRegularExpression), "INVALID_REGULAR_EXPRESSION");
}

TEST(api, an_unknown_error_has_a_name_too) {
  EXPECT_EQ(to_string(ErrorCode{-2}), "Unknown");
  EXPECT_EQ(to_string(ErrorCode{129}), "Unknown");
}

TEST(api, a_range_holds_both_its_ends) {
  constexpr VersionRange kRange{3, 11};
  EXPECT_FALSE(kRange.contains(2));
  EXPECT_TRUE(kRange.contains(3) && kRange.contains(11));
  EXPECT_FALSE(kRange.contains(12));
}

}  // namespace
}  // namespace tenon::wire
