// SPDX-License-Identifier: Apache-2.0
#include "config/topic_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/assert.h"
#include "config/text/units.h"
#include "config/topic_options.h"

namespace tenon::config {

namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

constexpr std::string_view kCompact = "compact";
constexpr std::string_view kDelete = "delete";

const TopicOption* find_option(std::string_view name) {
  const auto options = topic_options();
  const auto it = std::ranges::lower_bound(options, name, {}, &TopicOption::name);
  return it != options.end() && it->name == name ? &*it : nullptr;
}

// As Kafka prints a double: always with a fraction.
std::string format_double(double number) {
  std::string text = fmt::format("{}", number);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string format_policy(const CleanupPolicy& policy) {
  if (policy.remove && policy.compact) return "compact,delete";
  if (policy.compact) return std::string(kCompact);
  return policy.remove ? std::string(kDelete) : "";
}

std::string member_text(const TopicConfig& config, const TopicOption& option) {
  return std::visit(
      Overloaded{
          [&](int64_t TopicConfig::* member) { return std::to_string(config.*member); },
          [&](bool TopicConfig::* member) {
            return std::string(config.*member ? "true" : "false");
          },
          [&](double TopicConfig::* member) { return format_double(config.*member); },
          [&](std::string TopicConfig::* member) { return config.*member; },
          [&](CleanupPolicy TopicConfig::* member) { return format_policy(config.*member); },
          [&](auto member) {
            return std::string(option.choices[static_cast<size_t>(config.*member)]);
          },
      },
      option.member);
}

CleanupPolicy policy_of(const std::vector<std::string>& words) {
  return {.remove = std::ranges::find(words, kDelete) != words.end(),
          .compact = std::ranges::find(words, kCompact) != words.end()};
}

void set_member(TopicConfig& config, const TopicOption& option, const OptionValue& value) {
  std::visit(
      Overloaded{
          [&](int64_t TopicConfig::* member) { config.*member = value.i64; },
          [&](bool TopicConfig::* member) { config.*member = value.i64 != 0; },
          [&](double TopicConfig::* member) { config.*member = value.f64; },
          [&](std::string TopicConfig::* member) { config.*member = value.text; },
          [&](CleanupPolicy TopicConfig::* member) { config.*member = policy_of(value.list); },
          [&]<class E>(E TopicConfig::* member) { config.*member = static_cast<E>(value.i64); },
      },
      option.member);
}

std::string_view trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  if (trim(text).empty()) return words;
  while (true) {
    const size_t comma = text.find(',');
    words.emplace_back(trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) return words;
    text.remove_prefix(comma + 1);
  }
}

using Parsed = std::expected<OptionValue, std::string>;

Parsed parse_number_text(std::string_view text, const TopicOption& option) {
  const bool is_int = option.type == ConfigType::kInt;
  const auto number = parse_integer(text.starts_with('+') ? text.substr(1) : text);
  const bool fits = number && (!is_int || (*number >= -kIntMax - 1 && *number <= kIntMax));
  if (!fits)
    return std::unexpected(fmt::format("Not a number of type {}", is_int ? "INT" : "LONG"));
  if (*number < option.min)
    return std::unexpected(fmt::format("Value must be at least {}", option.min));
  if (*number > option.max)
    return std::unexpected(fmt::format("Value must be no more than {}", option.max));
  return OptionValue{.i64 = *number};
}

Parsed parse_ratio_text(std::string_view text, const TopicOption& option) {
  const auto number = parse_number(text);
  if (!number) return std::unexpected("Not a number of type DOUBLE");
  if (*number < static_cast<double>(option.min))
    return std::unexpected(fmt::format("Value must be at least {}", option.min));
  if (*number > static_cast<double>(option.max))
    return std::unexpected(fmt::format("Value must be no more than {}", option.max));
  return OptionValue{.f64 = *number};
}

Parsed parse_boolean_text(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower != "true" && lower != "false")
    return std::unexpected("Expected value to be either true or false");
  return OptionValue{.i64 = lower == "true" ? 1 : 0};
}

Parsed parse_words(std::string_view text, const TopicOption& option) {
  const bool is_list = option.type == ConfigType::kList;
  OptionValue value{.text = std::string(text)};
  value.list = is_list ? split_words(text) : std::vector{value.text};
  if (option.choices.empty()) {
    if (text.empty() && !option.may_be_empty) return std::unexpected("String must be non-empty");
    return value;
  }
  for (const std::string& word : value.list) {
    const auto it = std::ranges::find(option.choices, word);
    if (it == option.choices.end()) {
      return std::unexpected(
          fmt::format("String must be one of: {}", fmt::join(option.choices, ", ")));
    }
    value.i64 = it - option.choices.begin();
  }
  return value;
}

// Kafka's text of a value -> the value, or the reason that Kafka gives.
Parsed parse_text(std::string_view raw, const TopicOption& option) {
  const std::string_view text = trim(raw);
  switch (option.type) {
    case ConfigType::kInt:
    case ConfigType::kLong:
      return parse_number_text(text, option);
    case ConfigType::kDouble:
      return parse_ratio_text(text, option);
    case ConfigType::kBoolean:
      return parse_boolean_text(text);
    case ConfigType::kString:
    case ConfigType::kList:
      return parse_words(text, option);
    case ConfigType::kShort:
    case ConfigType::kClass:
    case ConfigType::kPassword:
      break;
  }
  TN_ASSERT(false);
  return OptionValue{};
}

// The values behind an entry, the strongest first: the topic's own, the broker's, the built-in one.
std::vector<ConfigSynonym> synonyms_of(const TopicOption& option, const TopicConfig& defaults,
                                       const std::optional<std::string>& own) {
  const std::string server(option.server_name.empty() ? option.name : option.server_name);
  const std::string broker_text = member_text(defaults, option);
  const std::string built_in = member_text(TopicConfig{}, option);
  std::vector<ConfigSynonym> synonyms;
  if (own) synonyms.push_back({std::string(option.name), own, ConfigSource::kDynamicTopic});
  if (broker_text != built_in)
    synonyms.push_back({server, broker_text, ConfigSource::kStaticBroker});
  synonyms.push_back({server, built_in, ConfigSource::kDefault});
  return synonyms;
}

// A topic's own value as Kafka lists it: a list keeps the order in which it was given.
std::string own_text(std::string_view text, const TopicOption& option) {
  TopicConfig given;
  const auto value = parse_text(text, option);
  if (value && option.type == ConfigType::kList) {
    return fmt::format("{}", fmt::join(value->list, ","));
  }
  if (value) set_member(given, option, *value);
  return member_text(given, option);
}

OptionShape toml_shape(const TopicOption& option) {
  OptionShape shape{.type = option.toml_type,
                    .choices = {option.choices.begin(), option.choices.end()}};
  if (option.min != kLongMin || option.max != kLongMax) {
    shape.min = option.min;
    shape.max = option.max;
  }
  shape.unlimited = option.unlimited;
  return shape;
}

// The built-in default as a user would write it in TOML.
std::string toml_default(const TopicOption& option, const OptionShape& shape) {
  const std::string text = member_text(TopicConfig{}, option);
  if (!std::holds_alternative<int64_t TopicConfig::*>(option.member)) return text;
  return format_option({.i64 = *parse_integer(text)}, shape);
}

}  // namespace

Result<TopicConfig> parse_topic_config(const TopicConfig& defaults,
                                       const std::map<std::string, std::string>& overrides) {
  TopicConfig config = defaults;
  for (const auto& [name, text] : overrides) {
    const TopicOption* option = find_option(name);
    if (!option) return fail(Errc::kInvalidConfig, "", "Unknown topic config name: " + name);
    auto value = parse_text(text, *option);
    if (!value) {
      return fail(
          Errc::kInvalidConfig, "",
          fmt::format("Invalid value {} for configuration {}: {}", text, name, value.error()));
    }
    set_member(config, *option, *value);
  }
  if (config.min_compaction_lag_ms > config.max_compaction_lag_ms) {
    return fail(Errc::kInvalidConfig, "",
                fmt::format("conflict topic config setting min.compaction.lag.ms ({}) > "
                            "max.compaction.lag.ms ({})",
                            config.min_compaction_lag_ms, config.max_compaction_lag_ms));
  }
  if (config.partitioner_guard != PartitionerGuard::kOff && config.tenon_partitioner.empty()) {
    return fail(Errc::kInvalidConfig, "",
                "tenon.partitioner.guard has nothing to go by: set tenon.partitioner, too, or turn "
                "the guard off");
  }
  return config;
}

std::vector<ConfigEntry> list_topic_config(const TopicConfig& defaults,
                                           const std::map<std::string, std::string>& overrides) {
  std::vector<ConfigEntry> entries;
  entries.reserve(topic_options().size());
  for (const TopicOption& option : topic_options()) {
    std::optional<std::string> own;
    if (const auto it = overrides.find(std::string(option.name)); it != overrides.end()) {
      own = own_text(it->second, option);
    }
    ConfigEntry entry{.name = std::string(option.name),
                      .value = {},
                      .type = option.type,
                      .about = std::string(option.about),
                      .read_only = option.fixed,
                      .synonyms = synonyms_of(option, defaults, own)};
    entry.value = entry.synonyms.front().value;
    entry.source = entry.synonyms.front().source;
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::optional<std::string> topic_config_text(const TopicConfig& config, std::string_view name) {
  const TopicOption* option = find_option(name);
  if (!option) return std::nullopt;
  return member_text(config, *option);
}

const std::vector<TopicDefaultOption>& topic_default_options() {
  static const std::vector<TopicDefaultOption> options = [] {
    std::vector<TopicDefaultOption> all;
    for (const TopicOption& option : topic_options()) {
      if (option.toml_name.empty()) continue;
      const OptionShape shape = toml_shape(option);
      all.push_back({.toml_name = option.toml_name,
                     .kafka_name = option.name,
                     .server_name = option.server_name,
                     .about = option.about,
                     .shape = shape,
                     .default_text = toml_default(option, shape)});
    }
    return all;
  }();
  return options;
}

void set_topic_default(TopicConfig& config, std::string_view toml_name, const OptionValue& value) {
  const auto options = topic_options();
  const auto it = std::ranges::find(options, toml_name, &TopicOption::toml_name);
  TN_ASSERT(it != options.end());
  set_member(config, *it, value);
}

}  // namespace tenon::config
