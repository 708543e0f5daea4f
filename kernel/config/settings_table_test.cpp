// SPDX-License-Identifier: Apache-2.0
#include "config/settings_table.h"

#include <gtest/gtest.h>

#include <set>

namespace tenon::config {
namespace {

TEST(SettingsTable, keys_are_unique_and_everything_is_explained) {
  std::set<std::string> keys;
  for (const Setting& setting : settings_table()) {
    EXPECT_TRUE(keys.insert(setting.key).second) << setting.key;
    EXPECT_TRUE(setting.about.ends_with('.')) << setting.key;
    EXPECT_EQ(fmt::format("{}.{}", setting.section(), setting.last_name()), setting.key);
  }
}

TEST(SettingsTable, every_default_is_accepted_and_printed_as_it_is_written) {
  for (const Setting& setting : settings_table()) {
    const auto value = convert(text_value(setting.default_text, {}), setting.shape);
    ASSERT_TRUE(value.has_value()) << setting.key << " " << value.error();
    EXPECT_EQ(format_option(*value, setting.shape), setting.default_text) << setting.key;
  }
}

TEST(SettingsTable, a_section_is_what_stands_before_a_dot) {
  EXPECT_TRUE(is_section("kafka"));
  EXPECT_TRUE(is_section("topic"));
  EXPECT_TRUE(is_section("topic.defaults"));
  EXPECT_FALSE(is_section("kaf"));
  EXPECT_FALSE(is_section("kafka.bind"));
}

TEST(SettingsTable, kafka_counts_plainly) {
  EXPECT_EQ(kafka_text(*find_setting("fetch.bytes_max"), {.i64 = 5 << 20}), "5242880");
  EXPECT_EQ(kafka_text(*find_setting("groups.offsets_retention"), {.i64 = 604'800'000}), "10080");
  EXPECT_EQ(kafka_text(*find_setting("kafka.bind"), {.endpoint = {"h", 1}}), "PLAINTEXT://h:1");
  EXPECT_EQ(kafka_text(*find_setting("http.bind"), {.endpoint = {"h", 1}}), "h:1");
}

}  // namespace
}  // namespace tenon::config
