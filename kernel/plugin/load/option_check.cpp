// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/option_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/text/suggest.h"
#include "plugin/load/module_check.h"

namespace tenon::plugin {

namespace {

using config::OptionType;

OptionType type_of(const tn_option& option) {
  switch (option.type) {
    case TN_OPT_BOOL:
      return OptionType::kBool;
    case TN_OPT_INT:
      return OptionType::kInt;
    case TN_OPT_FLOAT:
      return OptionType::kFloat;
    case TN_OPT_ENUM:
      return OptionType::kEnum;
    case TN_OPT_DURATION:
      return OptionType::kDuration;
    case TN_OPT_BYTES:
      return OptionType::kBytes;
    case TN_OPT_PATH:
      return OptionType::kPath;
    default:
      return OptionType::kString;  // module_check knows that it is one
  }
}

config::OptionShape shape_of(const tn_option& option) {
  config::OptionShape shape{.type = type_of(option), .min = option.min, .max = option.max};
  for (const char* const* choice = option.choices; choice && *choice; ++choice)
    shape.choices.emplace_back(*choice);
  return shape;
}

std::vector<std::string_view> option_names(const tn_descriptor& descriptor) {
  std::vector<std::string_view> names;
  for (uint32_t i = 0; i < descriptor.n_options; ++i)
    names.emplace_back(option_at(descriptor, i).name);
  names.emplace_back("path");
  names.emplace_back("sha256");
  return names;
}

void report_unknown(const tn_descriptor& descriptor, const config::PluginTable& table,
                    config::Problems& problems) {
  const std::vector<std::string_view> names = option_names(descriptor);
  for (const config::Entry& entry : table.options) {
    if (std::ranges::find(names, entry.key) != names.end()) continue;
    problems.emplace_back(
        entry.at, fmt::format("unknown option \"{}\" for {} \"{}\"{}", entry.key, table.kind,
                              table.name, config::did_you_mean(entry.key, names)));
  }
}

// What the configuration says of the option, or its default.
config::Value value_for(const tn_option& option, const config::PluginTable& table) {
  const auto it = std::ranges::find(table.options, option.name, &config::Entry::key);
  if (it != table.options.end()) return it->value;
  return config::text_value(option.default_text ? option.default_text : "", table.at);
}

bool is_said(const tn_option& option, const config::PluginTable& table) {
  return std::ranges::find(table.options, option.name, &config::Entry::key) != table.options.end();
}

// A default that is not given is the empty value of its type.
bool has_empty_default(const tn_option& option, const config::PluginTable& table) {
  return !option.default_text && !is_said(option, table);
}

}  // namespace

void CheckedOptions::add(const tn_option& option, const config::OptionValue& value) {
  const std::string& text = texts_.emplace_back(value.text);
  values_.push_back({.type = option.type,
                     .reserved = 0,
                     .i64 = value.i64,
                     .f64 = value.f64,
                     .str = {reinterpret_cast<const uint8_t*>(text.data()), text.size()}});
}

tn_config CheckedOptions::view() const {
  return {.struct_size = sizeof(tn_config),
          .n_values = static_cast<uint32_t>(values_.size()),
          .values = values_.data()};
}

CheckedOptions check_options(const tn_descriptor& descriptor, const config::PluginTable& table,
                             config::Problems& problems) {
  CheckedOptions checked;
  report_unknown(descriptor, table, problems);
  for (uint32_t i = 0; i < descriptor.n_options; ++i) {
    const tn_option& option = option_at(descriptor, i);
    if ((option.flags & TN_OPT_REQUIRED) != 0 && !is_said(option, table)) {
      problems.emplace_back(table.at, fmt::format("{} \"{}\" needs the option \"{}\"", table.kind,
                                                  table.name, option.name));
      continue;
    }
    if (has_empty_default(option, table)) {
      checked.add(option, {});
      continue;
    }
    const config::Value value = value_for(option, table);
    const auto converted = config::convert(value, shape_of(option));
    if (converted) {
      checked.add(option, *converted);
    } else {
      const bool secret = (option.flags & TN_OPT_SECRET) != 0;
      problems.emplace_back(
          value.at, fmt::format("\"{}\" {}", option.name,
                                secret ? "has a value that it cannot have" : converted.error()));
    }
  }
  return checked;
}

}  // namespace tenon::plugin
