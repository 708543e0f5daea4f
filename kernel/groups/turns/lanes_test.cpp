// SPDX-License-Identifier: Apache-2.0

#include "groups/turns/lanes.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "base/sim_scheduler.h"

namespace tenon::groups {
namespace {

// Callers by name: each waits for its turn, and has it until it is told to leave.
class LanesTest : public ::testing::Test {
 protected:
  using Names = std::vector<std::string>;

  ~LanesTest() override {
    scheduler.run();
    while (!held.empty()) leave(held.begin()->first);
  }
  Task<void> come(std::string name, std::string group) {
    auto turn = co_await lanes.take(group);
    came.push_back(name);
    held.emplace(std::move(name), std::move(turn));
  }
  void take(const std::string& name, const std::string& group = "g") { spawn(come(name, group)); }
  void leave(const std::string& name) {
    held.erase(name);
    scheduler.run();
  }

  SimScheduler scheduler;
  Lanes lanes{scheduler};
  Names came;
  std::map<std::string, Lanes::Turn> held;
};

TEST_F(LanesTest, the_first_has_its_turn_at_once) {
  take("a");
  EXPECT_EQ(came, Names{"a"});
  EXPECT_TRUE(lanes.is_taken("g"));
  leave("a");
  EXPECT_FALSE(lanes.is_taken("g"));
}

TEST_F(LanesTest, the_others_come_one_by_one_in_their_order) {
  for (const char* name : {"a", "b", "c", "d"}) take(name);
  EXPECT_EQ(came, Names{"a"});
  leave("a");
  EXPECT_EQ(came, (Names{"a", "b"}));
  leave("b");
  leave("c");
  EXPECT_EQ(came, (Names{"a", "b", "c", "d"}));
}

TEST_F(LanesTest, who_comes_again_stands_behind_those_that_wait) {
  take("a");
  take("b");
  take("c");
  leave("a");
  take("a again");
  leave("b");
  leave("c");
  EXPECT_EQ(came, (Names{"a", "b", "c", "a again"}));
}

TEST_F(LanesTest, nobody_slips_in_between_one_turn_and_the_next) {
  take("a");
  take("b");
  held.erase("a");  // `b` is let in, and has not come yet
  take("late");
  EXPECT_EQ(came, Names{"a"});
  EXPECT_TRUE(lanes.is_taken("g"));
  scheduler.run();
  EXPECT_EQ(came, (Names{"a", "b"}));
  leave("b");
  EXPECT_EQ(came, (Names{"a", "b", "late"}));
}

TEST_F(LanesTest, the_next_comes_from_the_event_loop_and_not_from_inside_the_end_before) {
  take("a");
  take("b");
  held.erase("a");
  EXPECT_EQ(came, Names{"a"});
  EXPECT_FALSE(scheduler.idle());
}

TEST_F(LanesTest, groups_do_not_wait_for_each_other) {
  take("a", "g");
  take("b", "h");
  EXPECT_EQ(came, (Names{"a", "b"}));
  leave("a");
  EXPECT_FALSE(lanes.is_taken("g"));
  EXPECT_TRUE(lanes.is_taken("h"));
}

TEST_F(LanesTest, a_turn_that_was_moved_ends_once) {
  take("a");
  take("b");
  take("c");
  {
    Lanes::Turn here = std::move(held.at("a"));
    leave("a");
    EXPECT_EQ(came, Names{"a"});
  }
  scheduler.run();
  EXPECT_EQ(came, (Names{"a", "b"}));
}

TEST_F(LanesTest, who_does_not_wait_any_more_keeps_nobody_waiting) {
  take("a");
  std::optional<Future<Lanes::Turn>> given_up(lanes.take("g"));
  take("c");
  given_up.reset();
  leave("a");
  EXPECT_EQ(came, (Names{"a", "c"}));
  leave("c");
  EXPECT_FALSE(lanes.is_taken("g"));
}

TEST_F(LanesTest, a_crowd_that_waits_does_not_pile_up_on_the_stack) {
  take("first");
  const auto pass_through = [](Lanes& lanes, int& through) -> Task<void> {
    const auto turn = co_await lanes.take("g");
    ++through;
  };
  int through = 0;
  for (int i = 0; i < 100'000; ++i) spawn(pass_through(lanes, through));
  leave("first");
  EXPECT_EQ(through, 100'000);
  EXPECT_FALSE(lanes.is_taken("g"));
}

}  // namespace
}  // namespace tenon::groups
