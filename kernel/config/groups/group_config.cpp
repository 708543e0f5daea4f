// SPDX-License-Identifier: Apache-2.0

#include "config/groups/group_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <expected>
#include <optional>

#include "config/text/suggest.h"
#include "config/text/units.h"

namespace tenon::config {

namespace {

// One of `time` and `text` is set.
struct GroupOption {
  std::string_view name;
  std::string_view about;
  std::string_view server_name{};  // Kafka's broker-wide setting; empty if there is none
  std::string_view toml_name{};    // in [groups.consumer]
  int64_t GroupOptions::* time = nullptr;
  BoundedTime ConsumerGroupSettings::* bounds = nullptr;
  std::string GroupOptions::* text = nullptr;
};

constexpr GroupOption kOptions[] = {
    {.name = "consumer.assignment.interval.ms",
     .about = "The least time between two target assignments of a consumer group.",
     .server_name = "group.consumer.assignment.interval.ms",
     .toml_name = "assignment_interval",
     .time = &GroupOptions::assignment_interval_ms,
     .bounds = &ConsumerGroupSettings::assignment_interval_ms},
    {.name = "consumer.heartbeat.interval.ms",
     .about = "How often members of a consumer group are told to send heartbeats.",
     .server_name = "group.consumer.heartbeat.interval.ms",
     .toml_name = "heartbeat_interval",
     .time = &GroupOptions::heartbeat_interval_ms,
     .bounds = &ConsumerGroupSettings::heartbeat_interval_ms},
    {.name = "consumer.session.timeout.ms",
     .about = "How long a member of a consumer group may be silent before it is given up.",
     .server_name = "group.consumer.session.timeout.ms",
     .toml_name = "session_timeout",
     .time = &GroupOptions::session_timeout_ms,
     .bounds = &ConsumerGroupSettings::session_timeout_ms},
    {.name = kAssignorConfig,
     .about = "The assignor plugin that decides in place of the leader of a classic group; empty = "
              "the leader decides.",
     .text = &GroupOptions::assignor},
    {.name = kShadowAssignorConfig,
     .about = "An assignor plugin whose answer is compared with what a classic group does, and "
              "changes nothing; empty = none.",
     .text = &GroupOptions::shadow_assignor},
};
static_assert(std::ranges::is_sorted(kOptions, {}, &GroupOption::name));

std::string_view trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

const GroupOption* find_option(std::string_view name) {
  const auto found = std::ranges::find(kOptions, name, &GroupOption::name);
  return found == std::end(kOptions) ? nullptr : &*found;
}

std::unexpected<Error> unknown_name(std::string_view name) {
  std::vector<std::string_view> known;
  for (const GroupOption& option : kOptions) known.push_back(option.name);
  std::string hint = did_you_mean(name, known);
  if (hint.empty()) hint = fmt::format("; groups have {}", fmt::join(known, ", "));
  return fail(Errc::kInvalidConfig, "", fmt::format("Unknown group config name: {}{}", name, hint));
}

// The time, or the reason that follows the option's name.
std::expected<int64_t, std::string> parse_time(std::string_view text, const GroupOption& option,
                                               const BoundedTime& bounds) {
  const auto number = parse_integer(trim(text));
  if (!number || *number > std::numeric_limits<int32_t>::max())
    return std::unexpected("Not a number of type INT");
  if (*number < bounds.min)
    return std::unexpected(
        fmt::format("Value must be at least {}, which is groups.consumer.{}_min of this broker",
                    bounds.min, option.toml_name));
  if (*number > bounds.max)
    return std::unexpected(
        fmt::format("Value must be no more than {}, which is groups.consumer.{}_max of this broker",
                    bounds.max, option.toml_name));
  return *number;
}

GroupOptions options_without_overrides(const ConsumerGroupSettings& defaults) {
  return {.session_timeout_ms = defaults.session_timeout_ms.value,
          .heartbeat_interval_ms = defaults.heartbeat_interval_ms.value,
          .assignment_interval_ms = defaults.assignment_interval_ms.value,
          .assignor = {},
          .shadow_assignor = {}};
}

Result<> set_option(GroupOptions& options, const GroupOption& option, const std::string& text,
                    const ConsumerGroupSettings& defaults) {
  if (option.text != nullptr) {
    options.*option.text = trim(text);
    return {};
  }
  const auto time = parse_time(text, option, defaults.*option.bounds);
  if (!time) {
    return fail(
        Errc::kInvalidConfig, "",
        fmt::format("Invalid value {} for configuration {}: {}", text, option.name, time.error()));
  }
  options.*option.time = *time;
  return {};
}

// The values behind an entry, the strongest first: the group's own, the broker's, the built-in one.
std::vector<ConfigSynonym> synonyms_of(const GroupOption& option,
                                       const ConsumerGroupSettings& defaults,
                                       const std::optional<std::string>& own) {
  std::vector<ConfigSynonym> synonyms;
  if (own) synonyms.push_back({std::string(option.name), own, ConfigSource::kDynamicGroup});
  if (option.text != nullptr) {
    synonyms.push_back({std::string(option.name), "", ConfigSource::kDefault});
    return synonyms;
  }
  const std::string server(option.server_name);
  const int64_t broker = (defaults.*option.bounds).value;
  const int64_t built_in = (ConsumerGroupSettings{}.*option.bounds).value;
  if (broker != built_in)
    synonyms.push_back({server, std::to_string(broker), ConfigSource::kStaticBroker});
  synonyms.push_back({server, std::to_string(built_in), ConfigSource::kDefault});
  return synonyms;
}

}  // namespace

Result<GroupOptions> parse_group_config(const ConsumerGroupSettings& defaults,
                                        const GroupOverrides& overrides) {
  GroupOptions options = options_without_overrides(defaults);
  for (const auto& [name, text] : overrides) {
    const GroupOption* option = find_option(name);
    if (option == nullptr) return unknown_name(name);
    if (auto set = set_option(options, *option, text, defaults); !set) return forward(set);
  }
  if (options.heartbeat_interval_ms >= options.session_timeout_ms) {
    return fail(Errc::kInvalidConfig, "",
                fmt::format("consumer.heartbeat.interval.ms ({}) must be less than "
                            "consumer.session.timeout.ms ({})",
                            options.heartbeat_interval_ms, options.session_timeout_ms));
  }
  return options;
}

GroupOptions group_options(const ConsumerGroupSettings& defaults, const GroupOverrides& overrides) {
  GroupOptions options = options_without_overrides(defaults);
  for (const auto& [name, text] : overrides) {
    const GroupOption* option = find_option(name);
    if (option == nullptr) continue;
    if (option->text != nullptr) {
      options.*option->text = trim(text);
    } else if (const auto number = parse_integer(trim(text))) {
      const BoundedTime& bounds = defaults.*option->bounds;
      options.*option->time = std::clamp(*number, bounds.min, bounds.max);
    }
  }
  return options;
}

std::vector<ConfigEntry> list_group_config(const ConsumerGroupSettings& defaults,
                                           const GroupOverrides& overrides) {
  std::vector<ConfigEntry> entries;
  for (const GroupOption& option : kOptions) {
    std::optional<std::string> own;
    if (const auto it = overrides.find(std::string(option.name)); it != overrides.end())
      own = it->second;
    ConfigEntry entry{.name = std::string(option.name),
                      .value = {},
                      .type = option.text != nullptr ? ConfigType::kString : ConfigType::kInt,
                      .about = std::string(option.about),
                      .synonyms = synonyms_of(option, defaults, own)};
    entry.value = entry.synonyms.front().value;
    entry.source = entry.synonyms.front().source;
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace tenon::config
