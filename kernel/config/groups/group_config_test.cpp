// SPDX-License-Identifier: Apache-2.0

#include "config/groups/group_config.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tenon::config {
namespace {

// The words with which overrides are refused.
std::string refusal(const GroupOverrides& overrides) {
  const auto options = parse_group_config({}, overrides);
  if (options) return "accepted";
  EXPECT_EQ(options.error().code, Errc::kInvalidConfig);
  return options.error().text();
}

ConfigEntry listed(const std::string& name, const GroupOverrides& overrides,
                   const ConsumerGroupSettings& defaults = {}) {
  const auto entries = list_group_config(defaults, overrides);
  return *std::ranges::find(entries, name, &ConfigEntry::name);
}

TEST(GroupConfig, without_overrides_the_brokers_settings_hold) {
  ConsumerGroupSettings defaults;
  defaults.session_timeout_ms.value = 50'000;
  EXPECT_EQ(*parse_group_config(defaults, {}), (GroupOptions{50'000, 5'000, 1'000, "", ""}));
}

TEST(GroupConfig, every_override_reaches_its_member) {
  const GroupOverrides all{{"consumer.session.timeout.ms", "60000"},
                           {"consumer.heartbeat.interval.ms", " 6000 "},
                           {"consumer.assignment.interval.ms", "0"},
                           {"tenon.assignor", "mine"},
                           {"tenon.assignor.shadow", "sticky"}};
  EXPECT_EQ(*parse_group_config({}, all), (GroupOptions{60'000, 6'000, 0, "mine", "sticky"}));
  EXPECT_EQ(group_options({}, all), (GroupOptions{60'000, 6'000, 0, "mine", "sticky"}));
}

TEST(GroupConfig, an_unknown_name_is_refused_with_what_there_is) {
  EXPECT_EQ(refusal({{"tenon.asignor", "range"}}),
            "Unknown group config name: tenon.asignor; did you mean \"tenon.assignor\"?");
  EXPECT_EQ(refusal({{"retention.ms", "1"}}),
            "Unknown group config name: retention.ms; groups have consumer.assignment.interval.ms, "
            "consumer.heartbeat.interval.ms, consumer.session.timeout.ms, tenon.assignor, "
            "tenon.assignor.shadow");
}

TEST(GroupConfig, a_time_out_of_bounds_is_refused_with_the_bound_and_who_set_it) {
  EXPECT_EQ(refusal({{"consumer.session.timeout.ms", "1000"}}),
            "Invalid value 1000 for configuration consumer.session.timeout.ms: Value must be at "
            "least 45000, which is groups.consumer.session_timeout_min of this broker");
  EXPECT_EQ(refusal({{"consumer.heartbeat.interval.ms", "15001"}}),
            "Invalid value 15001 for configuration consumer.heartbeat.interval.ms: Value must be "
            "no more than 15000, which is groups.consumer.heartbeat_interval_max of this broker");
}

TEST(GroupConfig, what_is_no_number_is_refused) {
  for (const char* text : {"soon", "", "5s", "99999999999", "1e4"}) {
    EXPECT_EQ(refusal({{"consumer.session.timeout.ms", text}}),
              fmt::format("Invalid value {} for configuration consumer.session.timeout.ms: Not a "
                          "number of type INT",
                          text));
  }
}

TEST(GroupConfig, a_heartbeat_interval_must_be_shorter_than_the_session) {
  ConsumerGroupSettings wide;
  wide.session_timeout_ms.min = wide.heartbeat_interval_ms.min = 1;
  const auto options = parse_group_config(wide, {{"consumer.session.timeout.ms", "5000"}});
  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().text(),
            "consumer.heartbeat.interval.ms (5000) must be less than consumer.session.timeout.ms "
            "(5000)");
}

TEST(GroupConfig, a_time_that_new_bounds_exclude_counts_as_the_nearest_that_is_allowed) {
  ConsumerGroupSettings narrow;
  narrow.session_timeout_ms = {50'000, 50'000, 55'000};
  const auto session = [&](const char* text) {
    return group_options(narrow, {{"consumer.session.timeout.ms", text}}).session_timeout_ms;
  };
  EXPECT_EQ(session("45000"), 50'000);
  EXPECT_EQ(session("60000"), 55'000);
  EXPECT_EQ(session("52000"), 52'000);
}

TEST(GroupConfig, entries_say_where_their_value_is_from) {
  const ConfigEntry unset = listed("consumer.session.timeout.ms", {});
  EXPECT_EQ(unset.value, "45000");
  EXPECT_EQ(unset.source, ConfigSource::kDefault);
  ConsumerGroupSettings defaults;
  defaults.session_timeout_ms.value = 50'000;
  EXPECT_EQ(listed("consumer.session.timeout.ms", {}, defaults).source,
            ConfigSource::kStaticBroker);
  const ConfigEntry own =
      listed("consumer.session.timeout.ms", {{"consumer.session.timeout.ms", "60000"}}, defaults);
  EXPECT_EQ(own.value, "60000");
  EXPECT_EQ(own.source, ConfigSource::kDynamicGroup);
  ASSERT_EQ(own.synonyms.size(), 3U);
  EXPECT_EQ(own.synonyms[1].name, "group.consumer.session.timeout.ms");
  EXPECT_EQ(own.synonyms[2].value, "45000");
}

TEST(GroupConfig, the_assignors_are_off_by_default) {
  EXPECT_EQ(listed("tenon.assignor", {}).value, "");
  EXPECT_EQ(listed("tenon.assignor", {}).source, ConfigSource::kDefault);
  EXPECT_EQ(listed("tenon.assignor", {{"tenon.assignor", "mine"}}).value, "mine");
}

}  // namespace
}  // namespace tenon::config
