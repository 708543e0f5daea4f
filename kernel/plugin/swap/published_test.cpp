// SPDX-License-Identifier: Apache-2.0
#include "plugin/swap/published.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace tenon::plugin {
namespace {

TEST(Published, who_begins_gets_the_latest) {
  Published<int> number(std::make_shared<int>(1));
  EXPECT_EQ(*number.latest(), 1);
  number.publish(std::make_shared<int>(2));
  EXPECT_EQ(*number.latest(), 2);
}

TEST(Published, who_has_begun_keeps_his_and_is_told) {
  Published<int> number(std::make_shared<int>(1));
  const auto mine = number.latest();
  EXPECT_TRUE(number.is_latest(mine));
  number.publish(std::make_shared<int>(2));
  EXPECT_FALSE(number.is_latest(mine));
  EXPECT_EQ(*mine, 1);
}

TEST(Published, an_old_generation_goes_with_its_last_user) {
  auto first = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = first;
  Published<int> number(std::move(first));
  auto user = number.latest();
  number.publish(std::make_shared<int>(2));
  EXPECT_FALSE(watched.expired());
  user.reset();
  EXPECT_TRUE(watched.expired());
}

TEST(Published, threads_see_generations_in_order) {
  constexpr int kGenerations = 1000;
  Published<int> number(std::make_shared<int>(0));
  std::vector<std::jthread> readers;
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&] {
      for (auto mine = number.latest(); *mine < kGenerations;) {
        if (number.is_latest(mine)) continue;
        const auto next = number.latest();
        ASSERT_GT(*next, *mine);
        mine = next;
      }
    });
  }
  for (int i = 1; i <= kGenerations; ++i) number.publish(std::make_shared<int>(i));
}

}  // namespace
}  // namespace tenon::plugin
