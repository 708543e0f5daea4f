// SPDX-License-Identifier: Apache-2.0

#include "base/sim_scheduler.h"

#include <gtest/gtest.h>

#include <string>

namespace tenon {
namespace {

using std::chrono::seconds;

class SimSchedulerTest : public ::testing::Test {
 protected:
  Work say(std::string word) {
    return [this, word] { said_ += word; };
  }

  SimScheduler scheduler_;
  std::string said_;
};

TEST_F(SimSchedulerTest, nothing_happens_before_it_is_told_to_run) {
  scheduler_.post(say("a"));
  scheduler_.submit(say("b"));
  EXPECT_FALSE(scheduler_.idle());
  EXPECT_EQ(said_, "");
  scheduler_.run();
  EXPECT_EQ(said_, "ab");
}

TEST_F(SimSchedulerTest, runs_what_the_work_posts) {
  scheduler_.post([this] { scheduler_.post(say("b")); });
  scheduler_.post(say("a"));
  scheduler_.run();
  EXPECT_EQ(said_, "ab");
  EXPECT_TRUE(scheduler_.idle());
}

TEST_F(SimSchedulerTest, time_passes_only_when_it_is_moved) {
  scheduler_.call_after(seconds(2), say("late"));
  scheduler_.run();
  EXPECT_EQ(said_, "");
  scheduler_.advance(seconds(1));
  EXPECT_EQ(said_, "");
  scheduler_.advance(seconds(1));
  EXPECT_EQ(said_, "late");
}

TEST_F(SimSchedulerTest, timers_run_in_the_order_of_their_times_then_of_their_setting) {
  scheduler_.call_after(seconds(2), say("c"));
  scheduler_.call_after(seconds(1), say("a"));
  scheduler_.call_after(seconds(1), say("b"));
  scheduler_.advance(seconds(5));
  EXPECT_EQ(said_, "abc");
}

TEST_F(SimSchedulerTest, stops_at_each_timer_on_the_way) {
  scheduler_.call_after(seconds(1), [this] { scheduler_.call_after(seconds(1), say("b")); });
  scheduler_.advance(seconds(2));
  EXPECT_EQ(said_, "b");
}

TEST_F(SimSchedulerTest, a_cancelled_timer_does_not_run) {
  const TimerId timer = scheduler_.call_after(seconds(1), say("a"));
  scheduler_.cancel(timer);
  scheduler_.cancel(12345);
  scheduler_.advance(seconds(2));
  EXPECT_EQ(said_, "");
  EXPECT_EQ(scheduler_.timers(), 0U);
}

}  // namespace
}  // namespace tenon
