// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "config/testing_settings.h"

namespace tenon::config {
namespace {

TEST_F(SettingsTest, the_defaults_of_consumer_groups_are_kafkas) {
  EXPECT_EQ(settings("").groups.consumer, ConsumerGroupSettings{});
  EXPECT_EQ(settings("").groups.assignor_timeout_ms, 5'000);  // ours
}

TEST_F(SettingsTest, every_setting_of_consumer_groups_reaches_its_member) {
  const auto read = settings(
      "[groups.consumer]\nsession_timeout = \"2s\"\nsession_timeout_min = \"1s\"\n"
      "session_timeout_max = \"3s\"\nheartbeat_interval = \"20ms\"\nheartbeat_interval_min = "
      "\"10ms\"\nheartbeat_interval_max = \"30ms\"\nassignment_interval = \"5ms\"\n"
      "assignment_interval_min = \"4ms\"\nassignment_interval_max = \"6ms\"\nmax_size = 7\n"
      "assignors = [\"b\", \"a\"]\nmigration = \"upgrade\"\n"
      "[assignor.a]\n[assignor.b]\n");
  EXPECT_EQ(read.groups.consumer,
            (ConsumerGroupSettings{.session_timeout_ms = {2'000, 1'000, 3'000},
                                   .heartbeat_interval_ms = {20, 10, 30},
                                   .assignment_interval_ms = {5, 4, 6},
                                   .max_size = 7,
                                   .assignors = {"b", "a"},
                                   .migration = GroupMigration::kUpgrade}));
}

TEST_F(SettingsTest, every_word_of_the_migration_policy_means_itself) {
  const auto policy = [this](const char* word) {
    return settings(fmt::format("[groups.consumer]\nmigration = \"{}\"\n", word))
        .groups.consumer.migration;
  };
  EXPECT_EQ(policy("bidirectional"), GroupMigration::kBidirectional);
  EXPECT_EQ(policy("upgrade"), GroupMigration::kUpgrade);
  EXPECT_EQ(policy("downgrade"), GroupMigration::kDowngrade);
  EXPECT_EQ(policy("disabled"), GroupMigration::kDisabled);
}

TEST_F(SettingsTest, settings_of_consumer_groups_are_listed_under_kafkas_names) {
  const auto entries = list_broker_config(settings(""));
  const auto value = [&](std::string_view name) {
    const auto found = std::ranges::find(entries, name, &ConfigEntry::name);
    return found == entries.end() ? "" : found->value.value_or("");
  };
  EXPECT_EQ(value("group.consumer.session.timeout.ms"), "45000");
  EXPECT_EQ(value("group.consumer.max.session.timeout.ms"), "60000");
  EXPECT_EQ(value("group.consumer.max.size"), "2147483647");
  EXPECT_EQ(value("group.consumer.assignors"), "uniform,range");
  EXPECT_EQ(value("group.consumer.migration.policy"), "bidirectional");
}

}  // namespace
}  // namespace tenon::config
