// SPDX-License-Identifier: Apache-2.0

#include "statemachine/timer.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/sim_scheduler.h"

namespace tenon::statemachine {
namespace {

using std::chrono::milliseconds;

TEST(Timer, runs_once_when_its_time_has_come) {
  SimScheduler scheduler;
  Timer timer(scheduler);
  int ran = 0;
  timer.arm(milliseconds(10), [&] { ++ran; });
  scheduler.advance(milliseconds(9));
  EXPECT_EQ(ran, 0);
  scheduler.advance(milliseconds(100));
  EXPECT_EQ(ran, 1);
  EXPECT_FALSE(timer.armed());
}

TEST(Timer, arming_it_again_takes_the_place_of_the_first) {
  SimScheduler scheduler;
  Timer timer(scheduler);
  int ran = 0;
  timer.arm(milliseconds(10), [&] { ran += 1; });
  timer.arm(milliseconds(20), [&] { ran += 10; });
  scheduler.advance(milliseconds(30));
  EXPECT_EQ(ran, 10);
}

TEST(Timer, goes_with_its_owner) {
  SimScheduler scheduler;
  auto timer = std::make_unique<Timer>(scheduler);
  int ran = 0;
  timer->arm(milliseconds(10), [&] { ++ran; });
  timer.reset();
  scheduler.advance(milliseconds(30));
  EXPECT_EQ(ran, 0);
}

TEST(Timer, may_be_destroyed_by_its_own_work) {
  SimScheduler scheduler;
  auto timer = std::make_unique<Timer>(scheduler);
  timer->arm(milliseconds(10), [&] { timer.reset(); });
  scheduler.advance(milliseconds(30));
  EXPECT_EQ(timer, nullptr);
}

}  // namespace
}  // namespace tenon::statemachine
