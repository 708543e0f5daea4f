// SPDX-License-Identifier: Apache-2.0
//
// The table of the broker's settings: each declared once. [topic.defaults] is added from the table
// of topic options, so that it, too, is declared once. Used inside config/ only.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace tenon::config {

struct Setting {
  std::string key;  // "kafka.bind"
  OptionShape shape;
  std::string default_text;
  std::string_view kafka_name;  // empty = Kafka has none
  std::string_view about;
  std::function<void(Settings&, const OptionValue&)> set;

  // "kafka" of "kafka.bind"; "topic.defaults" of "topic.defaults.retention".
  std::string_view section() const;
  std::string_view last_name() const;
};

// In the order in which they are documented.
const std::vector<Setting>& settings_table();
const Setting* find_setting(std::string_view key);
// Is there a setting in that table, or in one under it?
bool is_section(std::string_view name);

// The value as Kafka would print it: milliseconds and bytes as plain numbers.
std::string kafka_text(const Setting& setting, const OptionValue& value);

}  // namespace tenon::config
