// SPDX-License-Identifier: Apache-2.0
#include "config/option.h"

#include <gtest/gtest.h>

#include <limits>

#include "config/toml/toml_reader.h"

namespace tenon::config {
namespace {

// Converts the TOML value `written`.
std::expected<OptionValue, std::string> from_toml(const std::string& written,
                                                  const OptionShape& shape) {
  const auto root = read_toml("x = " + written, "x.toml");
  return convert(root->entries.front().value, shape);
}
std::expected<OptionValue, std::string> from_text(const std::string& text,
                                                  const OptionShape& shape) {
  return convert(text_value(text, {}), shape);
}

const OptionShape kPercent{.type = OptionType::kInt, .min = 0, .max = 100};
const OptionShape kWait{.type = OptionType::kDuration, .min = 1000, .max = 60'000};
const OptionShape kHash{.type = OptionType::kEnum, .choices = {"murmur2", "crc32"}};
const OptionShape kNames{.type = OptionType::kList};
const OptionShape kAddress{.type = OptionType::kEndpoint};

TEST(Option, an_integer_must_be_written_as_one) {
  EXPECT_EQ(from_toml("7", kPercent)->i64, 7);
  EXPECT_EQ(from_toml("\"7\"", kPercent).error(), "must be an integer");
  EXPECT_EQ(from_text("7", kPercent)->i64, 7);
}

TEST(Option, bounds_are_named_in_the_units_of_the_option) {
  EXPECT_EQ(from_toml("101", kPercent).error(), "= 101 is outside 0..100");
  EXPECT_EQ(from_toml("\"2m\"", kWait).error(), "= 2m is outside 1s..1m");
  const OptionShape at_least{
      .type = OptionType::kInt, .min = 5, .max = std::numeric_limits<int64_t>::max()};
  EXPECT_EQ(from_toml("4", at_least).error(), "= 4 is below 5");
}

TEST(Option, durations_take_units_and_milliseconds) {
  EXPECT_EQ(from_toml("\"5s\"", kWait)->i64, 5000);
  EXPECT_EQ(from_toml("5000", kWait)->i64, 5000);
  EXPECT_EQ(from_toml("\"soon\"", kWait).error(), "must be a duration like \"500ms\" or \"7d\"");
}

TEST(Option, sizes_take_units_and_bytes) {
  const OptionShape size{.type = OptionType::kBytes};
  EXPECT_EQ(from_toml("\"1MiB\"", size)->i64, 1 << 20);
  EXPECT_EQ(from_toml("10", size)->i64, 10);
  EXPECT_FALSE(from_toml("1.5", size).has_value());
}

TEST(Option, unlimited_is_a_word_and_a_number) {
  const OptionShape age{.type = OptionType::kDuration, .min = -1, .max = 99, .unlimited = -1};
  EXPECT_EQ(from_toml("\"unlimited\"", age)->i64, -1);
  EXPECT_EQ(from_toml("-1", age)->i64, -1);
  EXPECT_EQ(format_option({.i64 = -1}, age), "unlimited");
  EXPECT_FALSE(from_toml("\"unlimited\"", kWait).has_value());
}

TEST(Option, a_choice_that_is_mistyped_is_suggested) {
  EXPECT_EQ(from_toml("\"crc32\"", kHash)->i64, 1);
  EXPECT_EQ(from_toml("\"murmr2\"", kHash).error(),
            "must be one of murmur2, crc32, not \"murmr2\"; did you mean \"murmur2\"?");
}

TEST(Option, booleans_are_true_and_false) {
  const OptionShape flag{.type = OptionType::kBool};
  EXPECT_EQ(from_toml("true", flag)->i64, 1);
  EXPECT_EQ(from_text("false", flag)->i64, 0);
  EXPECT_FALSE(from_toml("1", flag).has_value());
  EXPECT_FALSE(from_text("yes", flag).has_value());
}

TEST(Option, fractions_have_bounds_too) {
  const OptionShape ratio{.type = OptionType::kFloat, .min = 0, .max = 1};
  EXPECT_EQ(from_toml("0.25", ratio)->f64, 0.25);
  EXPECT_EQ(from_toml("1", ratio)->f64, 1.0);
  EXPECT_EQ(from_toml("1.5", ratio).error(), "= 1.5 is outside 0..1");
}

TEST(Option, a_list_is_an_array_of_strings_or_split_at_commas) {
  EXPECT_EQ(from_toml("[\"a\", \"b\"]", kNames)->list, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(from_text("a, b", kNames)->list, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(from_text("", kNames)->list.empty());
  EXPECT_FALSE(from_toml("[1]", kNames).has_value());
  EXPECT_FALSE(from_toml("\"a\"", kNames).has_value());
  EXPECT_FALSE(from_toml("[\"\"]", kNames).has_value());
}

TEST(Option, an_endpoint_has_a_host_and_a_port) {
  const auto endpoint = from_toml("\"broker-1:9092\"", kAddress)->endpoint;
  EXPECT_EQ(endpoint.host, "broker-1");
  EXPECT_EQ(endpoint.port, 9092);
  EXPECT_TRUE(from_toml("\"\"", kAddress)->endpoint.empty());
}

TEST(Option, an_ipv6_address_stands_in_brackets) {
  const auto endpoint = parse_endpoint("[::1]:9092");
  ASSERT_TRUE(endpoint.has_value());
  EXPECT_EQ(endpoint->host, "::1");
  EXPECT_EQ(endpoint->text(), "[::1]:9092");
  EXPECT_FALSE(parse_endpoint("::1:9092").has_value());
}

TEST(Option, what_is_no_endpoint_is_refused_with_an_example) {
  for (const char* text : {"9092", "host", "host:", ":9092", "h:65536", "h:-1", "a b:1", "h:1x"})
    EXPECT_FALSE(parse_endpoint(text).has_value()) << text;
  EXPECT_EQ(parse_endpoint("host").error(),
            "must be \"host:port\", as in \"127.0.0.1:9092\", not \"host\"");
}

TEST(Option, threads_are_auto_or_a_number) {
  const OptionShape threads{.type = OptionType::kThreads, .min = 1, .max = 8};
  EXPECT_EQ(from_toml("\"auto\"", threads)->i64, 0);
  EXPECT_EQ(from_toml("4", threads)->i64, 4);
  EXPECT_FALSE(from_toml("0", threads).has_value());
  EXPECT_FALSE(from_toml("\"many\"", threads).has_value());
}

TEST(Option, a_date_or_table_is_never_a_value) {
  for (const OptionShape& shape : {kPercent, kWait, kHash, kNames, kAddress}) {
    EXPECT_FALSE(from_toml("2024-01-01", shape).has_value());
    EXPECT_FALSE(from_toml("{}", shape).has_value());
  }
}

}  // namespace
}  // namespace tenon::config
