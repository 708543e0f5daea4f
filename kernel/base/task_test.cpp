// SPDX-License-Identifier: Apache-2.0

#include "base/task.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/sim_scheduler.h"

namespace tenon {
namespace {

Task<int> value_of(int value) {
  co_return value;
}

Task<int> sum_of(Task<int> left, Task<int> right) {
  co_return co_await std::move(left) + co_await std::move(right);
}

TEST(Task, runs_when_awaited_and_returns_its_value) {
  int got = 0;
  spawn([](int& out) -> Task<void> { out = co_await sum_of(value_of(2), value_of(3)); }(got));
  EXPECT_EQ(got, 5);
}

TEST(Future, resumes_its_waiter_when_fulfilled) {
  Promise<int> promise;
  int got = 0;
  spawn([](Future<int> future, int& out) -> Task<void> { out = co_await std::move(future); }(
                                             promise.future(), got));
  EXPECT_EQ(got, 0);
  promise.fulfil(7);
  EXPECT_EQ(got, 7);
}

TEST(Future, a_broken_promise_of_a_result_delivers_cancelled) {
  auto promise = std::make_unique<Promise<Result<int>>>();
  Errc got = Errc::kUnknown;
  spawn([](Future<Result<int>> future, Errc& out) -> Task<void> {
    out = (co_await std::move(future)).error().code;
  }(promise->future(), got));
  promise.reset();
  EXPECT_EQ(got, Errc::kCancelled);
}

TEST(CallOn, runs_on_the_other_scheduler_and_comes_home_in_order) {
  SimScheduler home;
  SimScheduler target;
  std::vector<int> ran;
  std::vector<int> got;
  for (int i = 0; i < 3; ++i) {
    spawn([](Future<int> future, std::vector<int>& out) -> Task<void> {
      out.push_back(co_await std::move(future));
    }(call_on(home, target,
                                                        [i, &ran] {
                                                          ran.push_back(i);
                                                          return i * 10;
                                                        }),
                                                        got));
  }
  EXPECT_TRUE(ran.empty());
  target.run();
  EXPECT_EQ(ran, (std::vector{0, 1, 2}));
  EXPECT_TRUE(got.empty());
  home.run();
  EXPECT_EQ(got, (std::vector{0, 10, 20}));
}

TEST(CallOn, starts_at_once_when_home_is_the_target) {
  SimScheduler home;
  bool ran = false;
  auto future = call_on(home, home, [&ran]() -> Task<int> {
    ran = true;
    co_return 1;
  });
  EXPECT_TRUE(ran);
  EXPECT_TRUE(future.ready());
}

TEST(SleepFor, resumes_when_the_clock_gets_there) {
  SimScheduler scheduler;
  bool woke = false;
  spawn([](SimScheduler& on, bool& out) -> Task<void> {
    co_await sleep_for(on, std::chrono::seconds(2));
    out = true;
  }(scheduler, woke));
  scheduler.advance(std::chrono::seconds(1));
  EXPECT_FALSE(woke);
  scheduler.advance(std::chrono::seconds(1));
  EXPECT_TRUE(woke);
}

}  // namespace
}  // namespace tenon
