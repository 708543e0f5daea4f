// SPDX-License-Identifier: Apache-2.0

#include "base/clock.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

using std::chrono::milliseconds;

TEST(SystemClock, says_a_time_of_this_century_and_never_goes_back) {
  const SystemClock clock;
  EXPECT_GT(clock.wall_ms(), 1'500'000'000'000);
  const MonoTime before = clock.now();
  EXPECT_GE(clock.now(), before);
}

TEST(ManualClock, moves_both_times_together) {
  ManualClock clock(1000);
  const MonoTime before = clock.now();
  clock.advance(milliseconds(250));
  EXPECT_EQ(clock.wall_ms(), 1250);
  EXPECT_EQ(clock.now() - before, milliseconds(250));
}

TEST(ManualClock, the_wall_may_jump_alone) {
  ManualClock clock(1000);
  const MonoTime before = clock.now();
  clock.jump_wall(milliseconds(-500));
  EXPECT_EQ(clock.wall_ms(), 500);
  EXPECT_EQ(clock.now(), before);
}

}  // namespace
}  // namespace tenon
