// SPDX-License-Identifier: Apache-2.0

#include "handlers/errors.h"

#include <gtest/gtest.h>

namespace tenon::handlers {
namespace {

TEST(Errors, codes_that_share_a_name_with_kafkas_share_its_meaning) {
  EXPECT_EQ(to_wire(Errc::kOffsetOutOfRange), wire::ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(to_wire(Errc::kIllegalGeneration), wire::ErrorCode::kIllegalGeneration);
  EXPECT_EQ(to_wire(Errc::kUnstableOffsetCommit), wire::ErrorCode::kUnstableOffsetCommit);
}

TEST(Errors, what_a_producer_may_retry_is_never_unknown) {
  for (const Errc code : {Errc::kIo, Errc::kNoSpace, Errc::kCorruptData, Errc::kTimeout,
                          Errc::kShutdown, Errc::kCancelled, Errc::kKafkaStorageError}) {
    EXPECT_NE(to_wire(code), wire::ErrorCode::kUnknownServerError) << to_string(code);
  }
}

}  // namespace
}  // namespace tenon::handlers
