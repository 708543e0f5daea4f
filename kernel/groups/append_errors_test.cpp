// SPDX-License-Identifier: Apache-2.0

#include "groups/append_errors.h"

#include <gtest/gtest.h>

namespace tenon::groups {
namespace {

using wire::ErrorCode;

Error error(Errc code) {
  return {.code = code, .where = "", .detail = ""};
}

TEST(AppendErrors, what_may_pass_is_worth_another_try) {
  EXPECT_EQ(group_write_error(error(Errc::kNotEnoughReplicas)),
            ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(group_write_error(error(Errc::kTimeout)), ErrorCode::kCoordinatorNotAvailable);
}

TEST(AppendErrors, a_lost_log_is_looked_for_elsewhere) {
  EXPECT_EQ(group_write_error(error(Errc::kNotLeaderOrFollower)), ErrorCode::kNotCoordinator);
  EXPECT_EQ(group_write_error(error(Errc::kKafkaStorageError)), ErrorCode::kNotCoordinator);
  EXPECT_EQ(offset_write_error(error(Errc::kIo)), ErrorCode::kNotCoordinator);
}

TEST(AppendErrors, too_large_has_a_code_of_its_own_for_commits) {
  EXPECT_EQ(offset_write_error(error(Errc::kMessageTooLarge)), ErrorCode::kInvalidCommitOffsetSize);
  EXPECT_EQ(group_write_error(error(Errc::kMessageTooLarge)), ErrorCode::kUnknownServerError);
}

}  // namespace
}  // namespace tenon::groups
