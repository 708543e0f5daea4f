// SPDX-License-Identifier: Apache-2.0
//
// The table of topic options: each declared once. Only topic_config.cpp uses it.
#pragma once

#include <limits>
#include <span>
#include <string_view>
#include <variant>

#include "config/topic_config.h"

namespace tenon::config {

inline constexpr int64_t kLongMax = std::numeric_limits<int64_t>::max();
inline constexpr int64_t kLongMin = std::numeric_limits<int64_t>::min();
inline constexpr int64_t kIntMax = std::numeric_limits<int32_t>::max();

// The member of TopicConfig that holds an option's value. The enums' values are the indexes of the
// option's choices.
using TopicMember = std::variant<int64_t TopicConfig::*, bool TopicConfig::*, double TopicConfig::*,
                                 std::string TopicConfig::*, CleanupPolicy TopicConfig::*,
                                 Compression TopicConfig::*, TimestampType TopicConfig::*,
                                 Fsync TopicConfig::*, PartitionerGuard TopicConfig::*>;

struct TopicOption {
  std::string_view name;         // Kafka's
  std::string_view toml_name;    // in [topic.defaults]; empty for tenon.storage
  std::string_view server_name;  // Kafka's broker-wide setting; empty if there is none
  ConfigType type;
  OptionType toml_type;
  TopicMember member;
  int64_t min = kLongMin;
  int64_t max = kLongMax;
  int64_t unlimited = 0;  // what "unlimited" is in TOML
  std::span<const std::string_view> choices{};
  bool may_be_empty = false;  // of a text
  bool fixed = false;         // for good, when the topic is created
  std::string_view about{};
};

// Ordered by Kafka name.
std::span<const TopicOption> topic_options();

}  // namespace tenon::config
