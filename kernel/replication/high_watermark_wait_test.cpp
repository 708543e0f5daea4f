// SPDX-License-Identifier: Apache-2.0

#include "replication/high_watermark_wait.h"

#include <gtest/gtest.h>

#include "base/sim_scheduler.h"

namespace tenon::replication {
namespace {

class HighWatermarkWaitTest : public testing::Test {
 protected:
  // A fetch that waits until it is woken.
  void wait_for_it() {
    spawn([](HighWatermarkWait& wait, bool& woken) -> Task<> {
      co_await wait.woken();
      woken = true;
    }(*wait_, woken_));
  }

  SimScheduler scheduler_;
  std::shared_ptr<HighWatermarkWait> wait_ = std::make_shared<HighWatermarkWait>(scheduler_);
  bool woken_ = false;
};

TEST_F(HighWatermarkWaitTest, wakes_who_waits) {
  wait_for_it();
  scheduler_.run();
  EXPECT_FALSE(woken_);
  wait_->wake();
  scheduler_.run();
  EXPECT_TRUE(woken_);
}

TEST_F(HighWatermarkWaitTest, a_wake_that_comes_home_before_the_wait_is_kept) {
  wait_->wake();
  scheduler_.run();
  wait_for_it();
  EXPECT_TRUE(woken_);
}

TEST_F(HighWatermarkWaitTest, wakes_once) {
  wait_for_it();
  wait_->wake();
  wait_->wake();
  scheduler_.run();
  EXPECT_TRUE(woken_);
  EXPECT_TRUE(wait_->done());
}

}  // namespace
}  // namespace tenon::replication
