// SPDX-License-Identifier: Apache-2.0
//
// The configs of one group (resource type GROUP of IncrementalAlterConfigs): typed, with Kafka's
// names and meanings, and two of ours, which give classic groups an assignor of this broker. What
// a group does not say comes from [groups.consumer], which also bounds what it may say.
//
// Thread-safe: values and pure functions.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "config/topic_config.h"

namespace tenon::config {

// Which way a group may change between the classic and the consumer protocol while it has members.
enum class GroupMigration { kBidirectional, kUpgrade, kDowngrade, kDisabled };

// A time in milliseconds that a group may set for itself, within bounds.
struct BoundedTime {
  int64_t value = 0;  // of groups that say nothing
  int64_t min = 0;
  int64_t max = 0;

  bool operator==(const BoundedTime&) const = default;
};

// [groups.consumer]. The values here are Kafka's defaults.
struct ConsumerGroupSettings {
  BoundedTime session_timeout_ms{45'000, 45'000, 60'000};
  BoundedTime heartbeat_interval_ms{5'000, 5'000, 15'000};
  BoundedTime assignment_interval_ms{1'000, 0, 15'000};  // KIP-1263
  int32_t max_size = std::numeric_limits<int32_t>::max();
  std::vector<std::string> assignors{"uniform", "range"};  // the first is for who names none
  GroupMigration migration = GroupMigration::kBidirectional;

  bool operator==(const ConsumerGroupSettings&) const = default;
};

inline constexpr std::string_view kAssignorConfig = "tenon.assignor";
inline constexpr std::string_view kShadowAssignorConfig = "tenon.assignor.shadow";

// What holds for one group.
struct GroupOptions {
  int64_t session_timeout_ms = 0;      // consumer.session.timeout.ms
  int64_t heartbeat_interval_ms = 0;   // consumer.heartbeat.interval.ms
  int64_t assignment_interval_ms = 0;  // consumer.assignment.interval.ms
  // Of a classic group: the assignor that decides in place of its leader, and one whose answer is
  // only compared with what was decided. Names of loaded plugins; empty = off.
  std::string assignor;
  std::string shadow_assignor;

  bool operator==(const GroupOptions&) const = default;
};

// Kafka name -> text, as they were given.
using GroupOverrides = std::map<std::string, std::string>;

// kInvalidConfig for an unknown name, a value out of bounds, and a heartbeat interval that is not
// shorter than the session; the first in order of names.
Result<GroupOptions> parse_group_config(const ConsumerGroupSettings& defaults,
                                        const GroupOverrides& overrides);

// The same for overrides that were accepted once, perhaps under other bounds: a time that is out of
// bounds now counts as the nearest that is not. What cannot be read is passed over.
GroupOptions group_options(const ConsumerGroupSettings& defaults, const GroupOverrides& overrides);

// Every group config with its value, ordered by name.
std::vector<ConfigEntry> list_group_config(const ConsumerGroupSettings& defaults,
                                           const GroupOverrides& overrides);

}  // namespace tenon::config
