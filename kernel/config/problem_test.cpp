// SPDX-License-Identifier: Apache-2.0
#include "config/problem.h"

#include <gtest/gtest.h>

namespace tenon::config {
namespace {

TEST(Problem, a_message_begins_with_its_place) {
  EXPECT_EQ(Problem({"a.toml", 3, 7}, "is wrong").message(), "a.toml:3:7: is wrong");
  EXPECT_EQ(Problem({"--set x.y"}, "is wrong").message(), "--set x.y: is wrong");
  EXPECT_EQ(Problem({}, "is wrong").message(), "is wrong");
}

TEST(Problem, problems_of_the_file_come_first_and_in_its_order) {
  std::vector<Problem> problems;
  problems.emplace_back(Position{"--set b"}, "5");
  problems.emplace_back(Position{"a.toml", 10, 1}, "3");
  problems.emplace_back(Position{"a.toml", 9, 20}, "2");
  problems.emplace_back(Position{"--set a"}, "4");
  problems.emplace_back(Position{"a.toml", 9, 3}, "1");
  sort_problems(problems);
  std::string order;
  for (const Problem& problem : problems) order += problem.text;
  EXPECT_EQ(order, "12345");
}

}  // namespace
}  // namespace tenon::config
