// SPDX-License-Identifier: Apache-2.0
//
// The broker's settings, typed, from one TOML file, the environment and the command line. Each is
// declared once, in settings_table.cpp, with its name, type, default, bounds, meaning and Kafka
// name.
//
// Precedence: --set over TENON__SECTION__KEY over the file over the default. Everything that is
// wrong is reported in one run; see problem.h. Values and pure functions, but for read(), which
// reads the file; any thread.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/log.h"
#include "config/groups/group_config.h"
#include "config/option.h"
#include "config/problem.h"
#include "config/toml/document.h"
#include "config/topic_config.h"

namespace tenon::config {

struct NodeSettings {
  int32_t id = 1;
  std::string rack;        // empty = none
  std::string cluster_id;  // empty = made at the first start
};

struct StorageSettings {
  std::vector<std::string> data_dirs;  // absolute
  std::string engine = "segment";      // "default" in TOML: of topics that name none
};

struct KafkaSettings {
  Endpoint bind;
  Endpoint advertise;  // empty = as bound; the broker says its host name for a wildcard
};

struct HttpSettings {
  Endpoint bind;  // empty = no HTTP port
};

struct RuntimeSettings {
  int32_t threads = 0;  // 0 = one per core
};

struct NetworkSettings {
  int64_t request_bytes_max = 0;
  int64_t connection_memory_max = 0;
  int64_t memory_max = 0;  // of all connections
  int64_t idle_timeout_ms = 0;
  int64_t connections_max = 0;
  int64_t connections_per_ip_max = 0;
};

struct TopicSettings {
  bool auto_create = true;
  bool deletion = true;
  int32_t partitions = 1;
  int16_t replication_factor = 1;
  TopicConfig defaults;
};

struct GroupSettings {
  int64_t initial_rebalance_delay_ms = 0;
  int64_t session_timeout_min_ms = 0;
  int64_t session_timeout_max_ms = 0;
  int32_t max_size = 0;
  int32_t offsets_partitions = 0;
  int64_t offsets_segment_bytes = 0;
  int64_t offsets_retention_ms = 0;
  int64_t offsets_retention_check_interval_ms = 0;
  int32_t offset_metadata_bytes_max = 0;
  int64_t assignor_timeout_ms = 0;
  ConsumerGroupSettings consumer;
};

struct FetchSettings {
  int64_t bytes_max = 0;
  int32_t session_slots = 0;
};

struct LogSettings {
  LogLevel level = LogLevel::kInfo;
  int64_t retention_check_interval_ms = 0;
  int64_t flush_interval_ms = 0;  // of topics with tenon.fsync=interval
  int64_t producer_expiry_ms = 0;
};

// A plugin is loaded because its table is there: [codec.gzip] is kind "codec", name "gzip".
struct PluginTable {
  std::string kind;
  std::string name;
  Position at;       // of the table
  std::string path;  // absolute; empty = look in the directories
  Position path_at;
  std::string sha256;  // of the library, 64 lower-case hexadecimal digits; empty = any
  Position sha256_at;
  std::vector<Entry> options;  // without `path` and `sha256`
};

// What becomes of a broker when a library that its configuration names cannot be used.
enum class OnFault {
  kRefuse,  // it does not start
  kSkip,    // it does without
};

struct PluginSettings {
  std::vector<std::string> directories;  // absolute
  std::string builtin_directory;         // absolute: of the plugins that came with this program
  OnFault on_fault = OnFault::kRefuse;
  bool safe_mode = false;           // nothing is loaded that did not come with this program
  std::vector<PluginTable> tables;  // in order of position
  int32_t versions_max = 8;         // libraries loaded for one table while the broker runs
};

// Where a setting got its value.
struct Origin {
  std::string text;   // as a user would write it
  std::string kafka;  // as Kafka would print it
  Position at;        // file empty: the default
};

struct Settings {
  NodeSettings node;
  StorageSettings storage;
  KafkaSettings kafka;
  HttpSettings http;
  RuntimeSettings runtime;
  NetworkSettings network;
  TopicSettings topic;
  GroupSettings groups;
  FetchSettings fetch;
  LogSettings log;
  PluginSettings plugins;
  std::map<std::string, Origin> origins;  // by TOML key, every setting
};

using Environment = std::map<std::string, std::string>;
using Problems = std::vector<Problem>;

// A configuration and what is wrong with it. Where something is wrong, the default stands, so that
// more can be checked; a broker starts only without problems.
struct ReadSettings {
  Settings settings;
  Problems problems;  // sorted
};

// What stands beside the file. `overrides` are the texts of --set: "section.key=value".
struct Overlay {
  std::vector<std::string> overrides;
  Environment environment;     // names that do not begin with TENON__ are ignored
  std::string executable_dir;  // relative plugin paths begin here; empty = this program's folder
};

// Reads the file at `path`. A file that cannot be read is a problem, too.
ReadSettings read(const std::string& path, const Overlay& overlay = {});
// The same for a text that is already there; `file` names it in problems.
ReadSettings read_text(std::string_view text, const std::string& file, const Overlay& overlay = {});

// The settings, or everything that is wrong with them.
std::expected<Settings, Problems> load(const std::string& path,
                                       const std::vector<std::string>& overrides = {},
                                       const Environment& environment = {});

// The variables of this process that begin with TENON__.
Environment tenon_environment();

// The broker's settings under Kafka's names, ordered by name, for DescribeConfigs of a broker.
// Settings that Kafka does not have are listed as tenon.section.key.
std::vector<ConfigEntry> list_broker_config(const Settings& settings);

// The declaration of one setting, for documentation and `config explain`.
struct SettingInfo {
  std::string_view key;  // "kafka.bind"
  OptionShape shape;
  std::string default_text;
  std::string_view kafka_name;  // empty = Kafka has none
  std::string_view about;
};
std::vector<SettingInfo> list_settings();

}  // namespace tenon::config
