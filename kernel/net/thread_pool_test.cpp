// SPDX-License-Identifier: Apache-2.0

#include "net/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace tenon::net {
namespace {

TEST(ThreadPool, runs_work_on_another_thread) {
  ThreadPool pool(1);
  std::promise<std::thread::id> ran;
  pool.submit([&] { ran.set_value(std::this_thread::get_id()); });
  EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
}

TEST(ThreadPool, work_that_blocks_does_not_keep_the_other_threads) {
  ThreadPool pool(2);
  std::promise<void> release;
  std::promise<void> other_ran;
  pool.submit([&] { release.get_future().wait(); });
  pool.submit([&] { other_ran.set_value(); });
  other_ran.get_future().wait();
  release.set_value();
}

TEST(ThreadPool, stop_runs_all_that_was_submitted) {
  std::atomic<int> ran = 0;
  ThreadPool pool(3);
  for (int i = 0; i < 500; ++i) pool.submit([&] { ++ran; });
  pool.stop();
  pool.stop();
  EXPECT_EQ(ran, 500);
}

}  // namespace
}  // namespace tenon::net
