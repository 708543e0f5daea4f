// SPDX-License-Identifier: Apache-2.0

#include "cli/group/group.h"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

TEST(ExitCodeOfEach, one_that_is_missing_among_others_is_not_found_as_it_is_alone) {
  EXPECT_EQ(exit_code_of_each({kNotFound}), kNotFound);
  EXPECT_EQ(exit_code_of_each({kDone, kNotFound, kDone}), kNotFound);
}

TEST(ExitCodeOfEach, is_failed_when_failures_differ) {
  EXPECT_EQ(exit_code_of_each({kDone, kNotFound, kFailed}), kFailed);
  EXPECT_EQ(exit_code_of_each({kNotFound, kNotAllowed}), kFailed);
}

TEST(ExitCodeOfEach, is_done_when_none_failed) {
  EXPECT_EQ(exit_code_of_each({}), kDone);
  EXPECT_EQ(exit_code_of_each({kDone, kDone}), kDone);
}

}  // namespace
}  // namespace tenon::cli
