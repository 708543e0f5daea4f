// SPDX-License-Identifier: Apache-2.0

#include "base/assert.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(AssertDeathTest, a_broken_invariant_names_its_place_and_aborts) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(TN_ASSERT(1 + 1 == 3), "assert_test.cpp:[0-9]+: assertion failed: 1 \\+ 1 == 3");
}

TEST(Assert, what_holds_is_evaluated_once) {
  int times = 0;
  TN_ASSERT(++times == 1);
  EXPECT_EQ(times, 1);
}

}  // namespace
}  // namespace tenon
