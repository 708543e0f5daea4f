// SPDX-License-Identifier: Apache-2.0

#include "cli/group/seek_plan.h"

#include <gtest/gtest.h>

#include <limits>

namespace tenon::cli {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

TEST(SeekPlan, numbers_are_decimal_and_in_range) {
  EXPECT_EQ(parse_offset("42").value(), 42);
  EXPECT_EQ(parse_offset("9223372036854775807").value(), kMax);
  EXPECT_EQ(parse_shift("-100").value(), -100);
  EXPECT_EQ(parse_shift("+5").value(), 5);
  EXPECT_EQ(parse_shift("010").value(), 10);
  EXPECT_EQ(parse_shift("-9223372036854775808").value(), kMin);
}

TEST(SeekPlan, other_numbers_are_refused) {
  for (const char* text : {"", "0x10", "1.5", "1 ", " 1", "1e3", "+", "+-1", "--1", "ten",
                           "99999999999999999999", "9223372036854775808"}) {
    EXPECT_FALSE(parse_offset(text)) << text;
    EXPECT_FALSE(parse_shift(text)) << text;
  }
  EXPECT_EQ(parse_shift("0x10").error().exit_code, kUsage);
  EXPECT_EQ(parse_shift("0x10").error().text,
            "--by: must be a whole number from -9223372036854775808 to 9223372036854775807, not "
            "\"0x10\"");
}

TEST(SeekPlan, a_negative_offset_is_refused_with_what_may_be_meant) {
  const auto offset = parse_offset("-1");
  ASSERT_FALSE(offset);
  EXPECT_EQ(offset.error().exit_code, kUsage);
  EXPECT_EQ(offset.error().text,
            "--to-offset: must be a whole number from 0 to 9223372036854775807, not \"-1\"; "
            "--to-latest is the end, --to-earliest the first record");
}

TEST(SeekPlan, a_shift_stops_at_what_64_bits_hold) {
  EXPECT_EQ(shifted(7, -2), 5);
  EXPECT_EQ(shifted(7, kMax), kMax);
  EXPECT_EQ(shifted(-2, kMin), kMin);
}

TEST(SeekPlan, a_move_leads_to_the_nearest_offset_that_is_there) {
  const auto aimed = [](int64_t to) {
    Move move{.partition = {"orders", 0}, .from = 7};
    aim_at(move, to, {.start = 3, .end = 10});
    return std::pair(move.to, move.clamped);
  };
  EXPECT_EQ(aimed(5), std::pair(int64_t{5}, false));
  EXPECT_EQ(aimed(10), std::pair(int64_t{10}, false));
  EXPECT_EQ(aimed(shifted(7, kMax)), std::pair(int64_t{10}, true));
  EXPECT_EQ(aimed(0), std::pair(int64_t{3}, true));
}

TEST(SeekPlan, without_a_commit_there_is_nothing_to_count_from) {
  std::vector<Move> moves = {{.partition = {"orders", 0}, .from = 0}};
  EXPECT_TRUE(check_can_shift(moves));
  moves.push_back({.partition = {"orders", 2}});
  const auto can = check_can_shift(moves);
  ASSERT_FALSE(can);
  EXPECT_EQ(can.error().exit_code, kFailed);
  EXPECT_EQ(can.error().text,
            "orders-2: nothing is committed there, so --by has nothing to count from; use "
            "--to-earliest, --to-latest, --to-offset or --to-time");
  moves.push_back({.partition = {"orders", 3}});
  EXPECT_TRUE(check_can_shift(moves).error().text.starts_with("orders-2, orders-3: nothing"));
}

TEST(SeekPlan, members_stand_in_the_way) {
  GroupDescription group;
  group.group = "billing";
  group.state = "Stable";
  EXPECT_FALSE(hindrance_of(group));
  group.members.push_back({"m", "", "app", "/10.0.0.1", {}});
  EXPECT_EQ(hindrance_of(group).value().text,
            "group billing is Stable and has members, who would overwrite it: app at /10.0.0.1; "
            "stop them first");
}

}  // namespace
}  // namespace tenon::cli
