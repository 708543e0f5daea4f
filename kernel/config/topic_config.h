// SPDX-License-Identifier: Apache-2.0
//
// The configuration of a topic: typed, with Kafka's names and meanings. Each option is declared
// once, in topic_config.cpp; parsing, listing (DescribeConfigs) and [topic.defaults] follow from
// that table.
//
// Thread-safe: values and pure functions.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "config/option.h"

namespace tenon::config {

inline constexpr int64_t kUnlimited = -1;
inline constexpr int64_t kForever = std::numeric_limits<int64_t>::max();

enum class TimestampType { kCreateTime, kLogAppendTime };
enum class Compression { kProducer, kUncompressed, kGzip, kSnappy, kLz4, kZstd };
// When records of a topic are made durable.
enum class Fsync {
  kBeforeAck,  // before acks=all is answered
  kInterval,   // every log.flush_interval
  kNever,      // when the operating system pleases, as Kafka does
};

// What happens to records that are not where the topic's partitioner puts them.
enum class PartitionerGuard {
  kOff,     // nobody looks
  kWarn,    // they are counted and named in the log
  kReject,  // their batch is refused
};

// cleanup.policy. Both may be set; neither means that records stay (KIP-1014 is later than 3.9).
struct CleanupPolicy {
  bool remove = true;  // Kafka's word "delete"
  bool compact = false;
  bool operator==(const CleanupPolicy&) const = default;
};

struct TopicConfig {
  CleanupPolicy cleanup_policy;
  int64_t retention_ms = 604'800'000;    // kUnlimited = by time never
  int64_t retention_bytes = kUnlimited;  // of one partition
  int64_t segment_bytes = 1 << 30;
  int64_t segment_ms = 604'800'000;
  int64_t segment_jitter_ms = 0;
  int64_t segment_index_bytes = 10 << 20;
  int64_t index_interval_bytes = 4096;
  int64_t max_message_bytes = 1'048'588;  // of one record batch
  int64_t min_insync_replicas = 1;
  bool unclean_leader_election = false;
  Compression compression_type = Compression::kProducer;
  int64_t gzip_level = -1;
  int64_t lz4_level = 9;
  int64_t zstd_level = 3;
  TimestampType timestamp_type = TimestampType::kCreateTime;
  int64_t timestamp_before_max_ms = kForever;
  int64_t timestamp_after_max_ms = kForever;
  int64_t delete_retention_ms = 86'400'000;  // of tombstones
  int64_t min_compaction_lag_ms = 0;
  int64_t max_compaction_lag_ms = kForever;
  double min_cleanable_dirty_ratio = 0.5;
  int64_t flush_messages = kForever;
  int64_t flush_ms = kForever;
  int64_t file_delete_delay_ms = 60'000;
  bool preallocate = false;
  std::string tenon_storage = "segment";
  Fsync tenon_fsync = Fsync::kBeforeAck;
  std::string tenon_partitioner;  // a plugin's name; empty = the topic names none
  PartitionerGuard partitioner_guard = PartitionerGuard::kOff;

  bool operator==(const TopicConfig&) const = default;
};

// Numbers as on the wire: DescribeConfigs (KIP-226, KIP-569).
enum class ConfigType : int8_t {
  kBoolean = 1,
  kString = 2,
  kInt = 3,
  kShort = 4,
  kLong = 5,
  kDouble = 6,
  kList = 7,
  kClass = 8,
  kPassword = 9,
};
enum class ConfigSource : int8_t {
  kDynamicTopic = 1,
  kDynamicBroker = 2,
  kDynamicDefaultBroker = 3,
  kStaticBroker = 4,
  kDefault = 5,
  kDynamicGroup = 8,
};

// One value that stands behind an entry; the first that is set counts.
struct ConfigSynonym {
  std::string name;
  std::optional<std::string> value;
  ConfigSource source = ConfigSource::kDefault;
};

// One line of DescribeConfigs.
struct ConfigEntry {
  std::string name;
  std::optional<std::string> value;  // never given for a sensitive one
  ConfigSource source = ConfigSource::kDefault;
  ConfigType type = ConfigType::kString;
  std::string about;
  bool read_only = false;
  bool sensitive = false;
  std::vector<ConfigSynonym> synonyms{};
};

// The configuration of a topic whose creator gave `overrides` (Kafka name -> text). kInvalidConfig
// in Kafka's words for an unknown name or a value out of bounds; the first in order of names.
Result<TopicConfig> parse_topic_config(const TopicConfig& defaults,
                                       const std::map<std::string, std::string>& overrides);

// Every topic config with its value, ordered by name. `overrides` has been accepted by
// parse_topic_config with the same defaults.
std::vector<ConfigEntry> list_topic_config(const TopicConfig& defaults,
                                           const std::map<std::string, std::string>& overrides);

// The value of one config as Kafka prints it ("604800000"); nothing for an unknown name.
std::optional<std::string> topic_config_text(const TopicConfig& config, std::string_view name);

// An option of [topic.defaults]: what it is called in TOML, what it takes, and its default there.
struct TopicDefaultOption {
  std::string_view toml_name;
  std::string_view kafka_name;
  std::string_view server_name;  // the broker-wide setting in Kafka; empty if there is none
  std::string_view about;
  OptionShape shape;
  std::string default_text;
};
// Everything of TopicConfig but tenon.storage, which is [storage] default.
const std::vector<TopicDefaultOption>& topic_default_options();
// Puts a checked value of that TOML name into `config`. The name must be one of the above.
void set_topic_default(TopicConfig& config, std::string_view toml_name, const OptionValue& value);

}  // namespace tenon::config
