// SPDX-License-Identifier: Apache-2.0
//
// The broker's settings as DescribeConfigs and the documentation list them.
#include <algorithm>

#include "config/settings.h"
#include "config/settings_table.h"

namespace tenon::config {

namespace {

ConfigType config_type(const Setting& setting) {
  switch (setting.shape.type) {
    case OptionType::kBool:
      return ConfigType::kBoolean;
    case OptionType::kInt:
      return ConfigType::kInt;
    case OptionType::kFloat:
      return ConfigType::kDouble;
    case OptionType::kDuration:
    case OptionType::kBytes:
      return ConfigType::kLong;
    case OptionType::kList:
      return ConfigType::kList;
    case OptionType::kString:
    case OptionType::kEnum:
    case OptionType::kPath:
    case OptionType::kEndpoint:
    case OptionType::kThreads:
      return ConfigType::kString;
  }
  return ConfigType::kString;
}

}  // namespace

std::vector<ConfigEntry> list_broker_config(const Settings& settings) {
  std::vector<ConfigEntry> entries;
  for (const Setting& setting : settings_table()) {
    const Origin& origin = settings.origins.at(setting.key);
    const bool is_default = origin.at.file.empty();
    ConfigEntry entry{.name = setting.kafka_name.empty() ? "tenon." + setting.key
                                                         : std::string(setting.kafka_name),
                      .value = origin.kafka,
                      .source = is_default ? ConfigSource::kDefault : ConfigSource::kStaticBroker,
                      .type = config_type(setting),
                      .about = std::string(setting.about),
                      .read_only = true};
    entry.synonyms.push_back({entry.name, entry.value, entry.source});
    entries.push_back(std::move(entry));
  }
  std::ranges::sort(entries, {}, &ConfigEntry::name);
  return entries;
}

std::vector<SettingInfo> list_settings() {
  std::vector<SettingInfo> all;
  for (const Setting& setting : settings_table()) {
    all.push_back({.key = setting.key,
                   .shape = setting.shape,
                   .default_text = setting.default_text,
                   .kafka_name = setting.kafka_name,
                   .about = setting.about});
  }
  return all;
}

}  // namespace tenon::config
