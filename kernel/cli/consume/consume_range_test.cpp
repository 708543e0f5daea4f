// SPDX-License-Identifier: Apache-2.0

#include "cli/consume/consume_range.h"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

using Start = ConsumeRange::Start;

void expect_start(const std::string& text, Start start, int64_t value = 0) {
  const auto range = parse_range({text});
  ASSERT_TRUE(range) << range.error().text;
  EXPECT_EQ(range->start, start) << text;
  EXPECT_EQ(range->value, value) << text;
  EXPECT_FALSE(range->until_ms);
}

TEST(ConsumeRange, begins_at_the_beginning_if_nothing_is_said) {
  EXPECT_EQ(parse_range({})->start, Start::kBeginning);
}

TEST(ConsumeRange, knows_the_words) {
  expect_start("beginning", Start::kBeginning);
  expect_start("earliest", Start::kBeginning);
  expect_start("end", Start::kEnd);
  expect_start("latest", Start::kEnd);
}

TEST(ConsumeRange, takes_offsets_from_the_start_and_before_the_end) {
  expect_start("0", Start::kOffset, 0);
  expect_start("42", Start::kOffset, 42);
  expect_start("-7", Start::kTail, 7);
  expect_start("-0", Start::kTail, 0);
  expect_start("9223372036854775807", Start::kOffset, INT64_MAX);
}

TEST(ConsumeRange, takes_times) {
  expect_start("s@1700000000000", Start::kTime, 1700000000000);
  const auto range = parse_range({"s@5", "e@9"});
  EXPECT_EQ(range->value, 5);
  EXPECT_EQ(range->until_ms, 9);
}

TEST(ConsumeRange, combines_any_start_with_an_end) {
  const auto range = parse_range({"e@9", "-3"});
  EXPECT_EQ(range->start, Start::kTail);
  EXPECT_EQ(range->until_ms, 9);
}

TEST(ConsumeRange, refuses_everything_else) {
  for (const char* bad : {"", "foo", "1x", "s@", "s@-1", "e@x", "@5", "--5", "+5", "1.5", " 5",
                          "9223372036854775808", "-9223372036854775808"}) {
    const auto range = parse_range({bad});
    ASSERT_FALSE(range) << bad;
    EXPECT_EQ(range.error().exit_code, kUsage);
  }
}

}  // namespace
}  // namespace tenon::cli
