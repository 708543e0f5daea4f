// SPDX-License-Identifier: Apache-2.0

#include "net/memory_budget.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "base/sim_scheduler.h"

namespace tenon::net {
namespace {

class MemoryBudgetTest : public testing::Test {
 protected:
  void take_later(uint64_t bytes, int name) {
    budget_.take_later(bytes, home_, [this, name] { granted_.push_back(name); });
  }
  const std::vector<int>& granted() {
    home_.run();
    return granted_;
  }

  MemoryBudget budget_{100};
  SimScheduler home_;
  std::vector<int> granted_;
};

TEST_F(MemoryBudgetTest, takes_up_to_its_limit) {
  EXPECT_TRUE(budget_.try_take(60));
  EXPECT_FALSE(budget_.try_take(41));
  EXPECT_TRUE(budget_.try_take(40));
  EXPECT_EQ(budget_.used(), 100u);
}

TEST_F(MemoryBudgetTest, grants_what_fits_later_once_enough_is_released) {
  ASSERT_TRUE(budget_.try_take(80));
  take_later(50, 1);
  budget_.release(20);
  EXPECT_TRUE(granted().empty());
  budget_.release(20);
  EXPECT_EQ(granted(), std::vector{1});
  EXPECT_EQ(budget_.used(), 90u);
}

TEST_F(MemoryBudgetTest, serves_the_line_in_order_and_lets_nobody_overtake) {
  ASSERT_TRUE(budget_.try_take(80));
  take_later(100, 1);
  take_later(10, 2);
  EXPECT_FALSE(budget_.try_take(10));
  EXPECT_TRUE(granted().empty());
  budget_.release(80);
  EXPECT_EQ(granted(), std::vector{1});
  budget_.release(100);
  EXPECT_EQ(granted(), (std::vector{1, 2}));
}

TEST_F(MemoryBudgetTest, grants_at_once_when_memory_came_back_meanwhile) {
  take_later(100, 1);
  EXPECT_EQ(granted(), std::vector{1});
  EXPECT_EQ(budget_.waiting(), 0u);
}

TEST_F(MemoryBudgetTest, keeps_a_part_for_small_requests) {
  constexpr uint64_t kUnit = MemoryBudget::kSmallBytes;
  MemoryBudget budget(80 * kUnit);  // a reserve of 10
  EXPECT_TRUE(budget.try_take(70 * kUnit));
  EXPECT_FALSE(budget.try_take(2 * kUnit));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(budget.try_take(kUnit));
  EXPECT_FALSE(budget.try_take(kUnit));
}

TEST_F(MemoryBudgetTest, small_requests_do_not_stand_in_line_behind_large_ones) {
  constexpr uint64_t kUnit = MemoryBudget::kSmallBytes;
  MemoryBudget budget(80 * kUnit);
  ASSERT_TRUE(budget.try_take(70 * kUnit));
  budget.take_later(20 * kUnit, home_, [this] { granted_.push_back(1); });
  EXPECT_TRUE(budget.try_take(kUnit));
  EXPECT_FALSE(budget.try_take(2 * kUnit));
  EXPECT_TRUE(granted().empty());
  budget.release(70 * kUnit);
  EXPECT_EQ(granted(), std::vector{1});
}

TEST_F(MemoryBudgetTest, gives_all_of_it_to_a_request_that_needs_all) {
  MemoryBudget budget(80 * MemoryBudget::kSmallBytes);
  EXPECT_TRUE(budget.try_take(budget.limit()));
  budget.release(budget.limit());
  EXPECT_TRUE(budget.try_take(budget.limit() - 1));
}

TEST_F(MemoryBudgetTest, never_gives_out_too_much_to_many_threads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      for (int n = 0; n < 2000; ++n) {
        if (budget_.try_take(40)) {
          EXPECT_LE(budget_.used(), 100u);
          budget_.release(40);
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(budget_.used(), 0u);
}

}  // namespace
}  // namespace tenon::net
