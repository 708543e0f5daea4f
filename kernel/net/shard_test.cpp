// SPDX-License-Identifier: Apache-2.0

#include "net/shard.h"

#include <gtest/gtest.h>

#include <future>

#include "base/task.h"

namespace tenon::net {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class ShardTest : public testing::Test {
 protected:
  ShardTest() { shards_.start(2); }

  // Waits until `n` calls of tick() have been made.
  void tick() {
    if (--left_ == 0) done_.set_value();
  }
  void wait_for_ticks() { done_.get_future().wait(); }

  ShardSet shards_;
  std::atomic<int> left_{1};
  std::promise<void> done_;
};

TEST_F(ShardTest, runs_posted_work_in_order_on_its_own_thread) {
  std::vector<int> ran;
  for (int i = 0; i < 1000; ++i) {
    shards_.at(1).post([&, i] {
      EXPECT_TRUE(shards_.at(1).is_current());
      EXPECT_FALSE(shards_.at(0).is_current());
      ran.push_back(i);
    });
  }
  shards_.at(1).run_and_wait([] {});
  ASSERT_EQ(ran.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(ran.begin(), ran.end()));
  EXPECT_FALSE(shards_.at(1).is_current());
}

TEST_F(ShardTest, never_runs_work_inside_post) {
  bool inside = false;
  shards_.at(0).run_and_wait([&] {
    inside = true;
    shards_.at(0).post([&] {
      EXPECT_FALSE(inside);
      tick();
    });
    inside = false;
  });
  wait_for_ticks();
}

TEST_F(ShardTest, work_that_posts_for_ever_does_not_starve_timers) {
  std::function<void()> again = [&] {
    if (left_ > 0) shards_.at(0).post([&] { again(); });
  };
  shards_.at(0).post([&] {
    again();
    shards_.at(0).call_after(milliseconds(1), [&] { tick(); });
  });
  wait_for_ticks();
  shards_.at(0).run_and_wait([] {});
}

TEST_F(ShardTest, timers_run_in_the_order_of_their_times) {
  left_ = 3;
  std::vector<int> ran;
  shards_.at(0).post([&] {
    for (const int ms : {9, 3, 6}) {
      shards_.at(0).call_after(milliseconds(ms), [&, ms] {
        ran.push_back(ms);
        tick();
      });
    }
  });
  wait_for_ticks();
  EXPECT_EQ(ran, (std::vector{3, 6, 9}));
}

TEST_F(ShardTest, a_timer_never_runs_early) {
  MonoTime due;
  MonoTime ran;
  shards_.at(0).post([&] {
    due = shards_.at(0).clock().now() + milliseconds(3);
    shards_.at(0).call_at(due, [&] {
      ran = shards_.at(0).clock().now();
      tick();
    });
  });
  wait_for_ticks();
  EXPECT_GE(ran, due);
}

TEST_F(ShardTest, a_cancelled_timer_does_not_run) {
  shards_.at(0).post([&] {
    const TimerId first = shards_.at(0).call_after(milliseconds(1), [] { ADD_FAILURE(); });
    shards_.at(0).cancel(first);
    shards_.at(0).cancel(first);
    shards_.at(0).cancel(0);
    shards_.at(0).call_after(milliseconds(3), [&] { tick(); });
  });
  wait_for_ticks();
}

TEST_F(ShardTest, a_later_timer_may_be_set_for_an_earlier_time) {
  shards_.at(0).post([&] {
    shards_.at(0).call_after(hours(1), [] { ADD_FAILURE(); });
    shards_.at(0).call_after(milliseconds(1), [&] { tick(); });
  });
  wait_for_ticks();
}

TEST_F(ShardTest, calls_cross_to_another_shard_and_come_home) {
  int got = 0;
  shards_.at(0).post([&] {
    spawn([](ShardSet& shards, int& out, std::promise<void>& done) -> Task<void> {
      out = co_await call_on(shards.at(0), shards.at(1), [] { return 42; });
      EXPECT_TRUE(shards.at(0).is_current());
      done.set_value();
    }(shards_, got, done_));
  });
  wait_for_ticks();
  EXPECT_EQ(got, 42);
}

TEST_F(ShardTest, stop_runs_what_was_posted_before) {
  int ran = 0;
  for (int i = 0; i < 100; ++i) shards_.at(0).post([&ran] { ++ran; });
  shards_.stop();
  EXPECT_EQ(ran, 100);
}

TEST_F(ShardTest, stop_abandons_timers_and_the_coroutines_behind_them) {
  shards_.at(0).run_and_wait([&] {
    spawn([](Scheduler& home) -> Task<void> {
      co_await sleep_for(home, hours(1));
      ADD_FAILURE();
    }(shards_.at(0)));
  });
  shards_.stop();
}

}  // namespace
}  // namespace tenon::net
