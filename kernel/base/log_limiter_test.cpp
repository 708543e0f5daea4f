// SPDX-License-Identifier: Apache-2.0

#include "base/log_limiter.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(LogLimiter, allows_so_many_lines_a_second_and_counts_the_rest) {
  LogLimiter limiter(2);
  ManualClock clock;
  clock.advance(std::chrono::hours(1));
  uint64_t left_out = 99;
  EXPECT_TRUE(limiter.allow(clock.now(), left_out));
  EXPECT_EQ(left_out, 0u);
  EXPECT_TRUE(limiter.allow(clock.now(), left_out));
  EXPECT_FALSE(limiter.allow(clock.now(), left_out));
  EXPECT_FALSE(limiter.allow(clock.now(), left_out));
  clock.advance(std::chrono::seconds(1));
  EXPECT_TRUE(limiter.allow(clock.now(), left_out));
  EXPECT_EQ(left_out, 2u);
}

}  // namespace
}  // namespace tenon
