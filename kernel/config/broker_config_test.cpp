// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "config/settings.h"
#include "config/testing_settings.h"

namespace tenon::config {
namespace {

ConfigEntry listed(const Settings& settings, const std::string& name) {
  const auto entries = list_broker_config(settings);
  const auto it = std::ranges::find(entries, name, &ConfigEntry::name);
  return it == entries.end() ? ConfigEntry{} : *it;
}

TEST_F(SettingsTest, the_broker_lists_its_settings_under_kafkas_names) {
  const Settings s = settings("[topic.defaults]\nretention = \"1d\"\n");
  EXPECT_EQ(listed(s, "log.retention.ms").value, "86400000");
  EXPECT_EQ(listed(s, "log.retention.ms").source, ConfigSource::kStaticBroker);
  EXPECT_EQ(listed(s, "num.partitions").source, ConfigSource::kDefault);
  EXPECT_EQ(listed(s, "listeners").value, "PLAINTEXT://127.0.0.1:9092");
}

TEST_F(SettingsTest, what_kafka_does_not_have_is_listed_under_tenon) {
  EXPECT_EQ(listed(settings(""), "tenon.http.bind").value, "127.0.0.1:9644");
}

TEST_F(SettingsTest, listed_names_are_unique_and_in_order) {
  const auto entries = list_broker_config(settings(""));
  std::set<std::string> names;
  for (const ConfigEntry& entry : entries)
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
  EXPECT_TRUE(std::ranges::is_sorted(entries, {}, &ConfigEntry::name));
}

TEST_F(SettingsTest, the_documentation_lists_every_setting) {
  const auto all = list_settings();
  EXPECT_EQ(all.size(), list_broker_config(settings("")).size());
  EXPECT_EQ(all.front().key, "node.id");
}

}  // namespace
}  // namespace tenon::config
