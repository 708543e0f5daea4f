// SPDX-License-Identifier: Apache-2.0
#include "config/text/units.h"

#include <gtest/gtest.h>

namespace tenon::config {
namespace {

TEST(Units, durations_count_milliseconds) {
  EXPECT_EQ(parse_duration_ms("500ms"), 500);
  EXPECT_EQ(parse_duration_ms("10s"), 10'000);
  EXPECT_EQ(parse_duration_ms("5m"), 300'000);
  EXPECT_EQ(parse_duration_ms("2h"), 7'200'000);
  EXPECT_EQ(parse_duration_ms("7d"), 604'800'000);
}

TEST(Units, a_bare_number_is_in_the_smallest_unit) {
  EXPECT_EQ(parse_duration_ms("250"), 250);
  EXPECT_EQ(parse_duration_ms("-1"), -1);
  EXPECT_EQ(parse_size_bytes("4096"), 4096);
}

TEST(Units, sizes_tell_powers_of_two_from_powers_of_ten) {
  EXPECT_EQ(parse_size_bytes("64KiB"), 65'536);
  EXPECT_EQ(parse_size_bytes("64KB"), 64'000);
  EXPECT_EQ(parse_size_bytes("1 GiB"), 1LL << 30);
  EXPECT_EQ(parse_size_bytes("2TiB"), 2LL << 40);
}

TEST(Units, what_is_no_quantity_is_refused) {
  for (const char* text : {"", "d", "7 days", "1.5s", "7d ", "1ms1", " 5s", "5S", "--5"})
    EXPECT_EQ(parse_duration_ms(text), std::nullopt) << text;
  for (const char* text : {"", "KiB", "1gib", "1 G", "0x10", "5 "})
    EXPECT_EQ(parse_size_bytes(text), std::nullopt) << text;
}

TEST(Units, what_does_not_fit_64_bits_is_refused) {
  EXPECT_EQ(parse_size_bytes("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(parse_size_bytes("9223372036854775808"), std::nullopt);
  EXPECT_EQ(parse_size_bytes("99999999TiB"), std::nullopt);
}

TEST(Units, formatting_takes_the_largest_unit_that_divides) {
  EXPECT_EQ(format_duration_ms(604'800'000), "7d");
  EXPECT_EQ(format_duration_ms(90'000), "90s");
  EXPECT_EQ(format_duration_ms(0), "0ms");
  EXPECT_EQ(format_size_bytes(100 << 20), "100MiB");
  EXPECT_EQ(format_size_bytes(1'048'588), "1048588B");
}

TEST(Units, what_is_formatted_parses_to_the_same) {
  for (const int64_t value : {0LL, 1LL, 999LL, 1000LL, 1024LL, 86'400'000LL, 1LL << 30, -1LL}) {
    EXPECT_EQ(parse_duration_ms(format_duration_ms(value)), value);
    EXPECT_EQ(parse_size_bytes(format_size_bytes(value)), value);
  }
}

TEST(Units, numbers_are_whole_texts) {
  EXPECT_EQ(parse_integer("-42"), -42);
  EXPECT_EQ(parse_integer("42x"), std::nullopt);
  EXPECT_EQ(parse_number("0.5"), 0.5);
  EXPECT_EQ(parse_number("nan"), std::nullopt);
  EXPECT_EQ(parse_number("0.5.5"), std::nullopt);
}

}  // namespace
}  // namespace tenon::config
