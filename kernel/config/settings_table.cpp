// SPDX-License-Identifier: Apache-2.0
#include "config/settings_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/settings_row.h"
#include "config/topic_options.h"

namespace tenon::config {

namespace {

using S = Settings;
using V = OptionValue;

constexpr std::string_view kLogLevels[] = {"debug", "info", "warn", "error", "off"};
constexpr std::string_view kOnFault[] = {"refuse", "skip"};

constexpr Row kRows[] = {
    // --- node
    {.key = "node.id",
     .type = OptionType::kInt,
     .default_text = "1",
     .kafka_name = "node.id",
     .about = "The broker's number, unique in its cluster and never changed.",
     .set = [](S& s, const V& v) { s.node.id = static_cast<int32_t>(v.i64); },
     .max = kIntMax},
    {.key = "node.rack",
     .type = OptionType::kString,
     .default_text = "",
     .kafka_name = "broker.rack",
     .about = "Where the machine stands; consumers that say theirs may read nearby.",
     .set = [](S& s, const V& v) { s.node.rack = v.text; }},
    {.key = "node.cluster_id",
     .type = OptionType::kString,
     .default_text = "",
     .about = "The cluster's id; empty = one is made at the first start and kept.",
     .set = [](S& s, const V& v) { s.node.cluster_id = v.text; }},
    // --- storage
    {.key = "storage.data_dirs",
     .type = OptionType::kList,
     .default_text = "data",
     .kafka_name = "log.dirs",
     .about = "The directories that hold the data; relative ones begin at the working directory.",
     .set = [](S& s, const V& v) { s.storage.data_dirs = v.list; }},
    {.key = "storage.default",
     .type = OptionType::kString,
     .default_text = "segment",
     .about = "The storage plugin of topics that name none (tenon.storage).",
     .set = [](S& s, const V& v) { s.storage.engine = s.topic.defaults.tenon_storage = v.text; }},
    // --- kafka
    {.key = "kafka.bind",
     .type = OptionType::kEndpoint,
     .default_text = "127.0.0.1:9092",
     .kafka_name = "listeners",
     .about = "Where Kafka clients connect; port 0 takes a free one.",
     .set = [](S& s, const V& v) { s.kafka.bind = v.endpoint; }},
    {.key = "kafka.advertise",
     .type = OptionType::kEndpoint,
     .default_text = "",
     .kafka_name = "advertised.listeners",
     .about = "What clients are told to connect to; empty = the bound address, or this machine's "
              "host name when that is a wildcard.",
     .set = [](S& s, const V& v) { s.kafka.advertise = v.endpoint; }},
    // --- http
    {.key = "http.bind",
     .type = OptionType::kEndpoint,
     .default_text = "127.0.0.1:9644",
     .about = "Health, metrics and admin over HTTP; empty = none.",
     .set = [](S& s, const V& v) { s.http.bind = v.endpoint; }},
    // --- runtime
    {.key = "runtime.threads",
     .type = OptionType::kThreads,
     .default_text = "auto",
     .about = "Shards, one thread each; auto = one per core.",
     .set = [](S& s, const V& v) { s.runtime.threads = static_cast<int32_t>(v.i64); },
     .min = 1,
     .max = 1024},
    // --- network
    {.key = "network.request_bytes_max",
     .type = OptionType::kBytes,
     .default_text = "100MiB",
     .kafka_name = "socket.request.max.bytes",
     .about = "The largest request; a larger one ends its connection.",
     .set = [](S& s, const V& v) { s.network.request_bytes_max = v.i64; },
     .min = kKiB,
     .max = kIntMax},
    {.key = "network.connection_memory_max",
     .type = OptionType::kBytes,
     .default_text = "128MiB",
     .about = "Memory of one connection's requests and replies; reading pauses beyond it.",
     .set = [](S& s, const V& v) { s.network.connection_memory_max = v.i64; },
     .min = kKiB,
     .max = kLongMax},
    {.key = "network.memory_max",
     .type = OptionType::kBytes,
     .default_text = "512MiB",
     .kafka_name = "queued.max.request.bytes",
     .about = "The same for all connections together.",
     .set = [](S& s, const V& v) { s.network.memory_max = v.i64; },
     .min = kKiB,
     .max = kLongMax},
    {.key = "network.idle_timeout",
     .type = OptionType::kDuration,
     .default_text = "10m",
     .kafka_name = "connections.max.idle.ms",
     .about = "A connection that is silent for so long is closed.",
     .set = [](S& s, const V& v) { s.network.idle_timeout_ms = v.i64; },
     .min = 1,
     .max = kLongMax},
    {.key = "network.connections_max",
     .type = OptionType::kInt,
     .default_text = "unlimited",
     .kafka_name = "max.connections",
     .about = "Connections at one time.",
     .set = [](S& s, const V& v) { s.network.connections_max = v.i64; },
     .min = 1,
     .max = kIntMax,
     .unlimited = kIntMax},
    {.key = "network.connections_per_ip_max",
     .type = OptionType::kInt,
     .default_text = "unlimited",
     .kafka_name = "max.connections.per.ip",
     .about = "Connections at one time from one address.",
     .set = [](S& s, const V& v) { s.network.connections_per_ip_max = v.i64; },
     .min = 1,
     .max = kIntMax,
     .unlimited = kIntMax},
    // --- topic
    {.key = "topic.auto_create",
     .type = OptionType::kBool,
     .default_text = "true",
     .kafka_name = "auto.create.topics.enable",
     .about = "Whether a topic that a client asks for is created.",
     .set = [](S& s, const V& v) { s.topic.auto_create = v.i64 != 0; }},
    {.key = "topic.deletion",
     .type = OptionType::kBool,
     .default_text = "true",
     .kafka_name = "delete.topic.enable",
     .about = "Whether topics can be deleted.",
     .set = [](S& s, const V& v) { s.topic.deletion = v.i64 != 0; }},
    {.key = "topic.defaults.partitions",
     .type = OptionType::kInt,
     .default_text = "1",
     .kafka_name = "num.partitions",
     .about = "Partitions of a topic whose creator does not say.",
     .set = [](S& s, const V& v) { s.topic.partitions = static_cast<int32_t>(v.i64); },
     .min = 1,
     .max = 100'000},
    {.key = "topic.defaults.replication_factor",
     .type = OptionType::kInt,
     .default_text = "1",
     .kafka_name = "default.replication.factor",
     .about = "Replicas of a topic whose creator does not say.",
     .set = [](S& s, const V& v) { s.topic.replication_factor = static_cast<int16_t>(v.i64); },
     .min = 1,
     .max = 32'767},
    // --- fetch
    {.key = "fetch.bytes_max",
     .type = OptionType::kBytes,
     .default_text = "55MiB",
     .kafka_name = "fetch.max.bytes",
     .about = "The largest answer to a fetch; one whole batch is always sent.",
     .set = [](S& s, const V& v) { s.fetch.bytes_max = v.i64; },
     .min = kKiB,
     .max = kIntMax},
    {.key = "fetch.session_slots",
     .type = OptionType::kInt,
     .default_text = "1000",
     .kafka_name = "max.incremental.fetch.session.cache.slots",
     .about = "Incremental fetch sessions that are remembered; 0 = none.",
     .set = [](S& s, const V& v) { s.fetch.session_slots = static_cast<int32_t>(v.i64); },
     .max = kIntMax},
    // --- log
    {.key = "log.level",
     .type = OptionType::kEnum,
     .default_text = "info",
     .about = "The least severe lines that are written to stderr.",
     .set = [](S& s, const V& v) { s.log.level = static_cast<LogLevel>(v.i64); },
     .choices = kLogLevels},
    {.key = "log.retention_check_interval",
     .type = OptionType::kDuration,
     .default_text = "5m",
     .kafka_name = "log.retention.check.interval.ms",
     .about = "How often old segments are looked for.",
     .set = [](S& s, const V& v) { s.log.retention_check_interval_ms = v.i64; },
     .min = 1,
     .max = kLongMax},
    {.key = "log.flush_interval",
     .type = OptionType::kDuration,
     .default_text = "1s",
     .kafka_name = "log.flush.scheduler.interval.ms",
     .about = "How often topics with tenon.fsync=interval are made durable.",
     .set = [](S& s, const V& v) { s.log.flush_interval_ms = v.i64; },
     .min = 1,
     .max = kDay},
    {.key = "log.producer_expiry",
     .type = OptionType::kDuration,
     .default_text = "1d",
     .kafka_name = "producer.id.expiration.ms",
     .about = "How long an idle producer's sequence numbers are remembered.",
     .set = [](S& s, const V& v) { s.log.producer_expiry_ms = v.i64; },
     .min = 1,
     .max = kLongMax},
    // --- plugins
    {.key = "plugins.directories",
     .type = OptionType::kList,
     .default_text = "",
     .about = "Where <kind>-<name>.so are looked for; relative ones begin at the program's folder; "
              "empty = ../lib/tenon/plugins from there.",
     .set = [](S& s, const V& v) { s.plugins.directories = v.list; }},
    {.key = "plugins.on_fault",
     .type = OptionType::kEnum,
     .default_text = "refuse",
     .about =
         "What happens when a configured plugin cannot be used: the broker refuses to start, or "
         "skips it and serves without it.",
     .set = [](S& s, const V& v) { s.plugins.on_fault = static_cast<OnFault>(v.i64); },
     .choices = kOnFault},
    {.key = "plugins.safe_mode",
     .type = OptionType::kBool,
     .default_text = "false",
     .about = "Load only plugins that came with Tenon; `tenon serve --safe-mode` is the same.",
     .set = [](S& s, const V& v) { s.plugins.safe_mode = v.i64 != 0; }},
    {.key = "plugins.versions_max",
     .type = OptionType::kInt,
     .default_text = "8",
     .about = "Libraries that may be loaded for one plugin until the broker ends; each swap to one "
              "that was not there yet is one more, and all stay in memory.",
     .set = [](S& s, const V& v) { s.plugins.versions_max = static_cast<int32_t>(v.i64); },
     .min = 1,
     .max = 1000},
};

Setting setting_of(const Row& row) {
  return {.key = std::string(row.key),
          .shape = {.type = row.type,
                    .min = row.min,
                    .max = row.max,
                    .choices = {row.choices.begin(), row.choices.end()},
                    .unlimited = row.unlimited},
          .default_text = std::string(row.default_text),
          .kafka_name = row.kafka_name,
          .about = row.about,
          .set = row.set};
}

Setting setting_of(const TopicDefaultOption& option) {
  return {.key = fmt::format("topic.defaults.{}", option.toml_name),
          .shape = option.shape,
          .default_text = option.default_text,
          .kafka_name = option.server_name,
          .about = option.about,
          .set = [name = option.toml_name](Settings& s, const OptionValue& v) {
            set_topic_default(s.topic.defaults, name, v);
          }};
}

}  // namespace

std::string_view Setting::section() const {
  return std::string_view(key).substr(0, key.rfind('.'));
}

std::string_view Setting::last_name() const {
  return std::string_view(key).substr(key.rfind('.') + 1);
}

const std::vector<Setting>& settings_table() {
  static const std::vector<Setting> table = [] {
    std::vector<Setting> all;
    for (const Row& row : kRows) {
      if (row.key == "fetch.bytes_max") {
        for (const Row& of_groups : group_rows()) all.push_back(setting_of(of_groups));
      }
      all.push_back(setting_of(row));
      if (row.key != "topic.defaults.replication_factor") continue;
      for (const TopicDefaultOption& option : topic_default_options())
        all.push_back(setting_of(option));
    }
    return all;
  }();
  return table;
}

const Setting* find_setting(std::string_view key) {
  const auto it = std::ranges::find(settings_table(), key, &Setting::key);
  return it == settings_table().end() ? nullptr : &*it;
}

bool is_section(std::string_view name) {
  return std::ranges::any_of(settings_table(), [&](const Setting& setting) {
    return setting.key.starts_with(name) && setting.key.size() > name.size() &&
           setting.key[name.size()] == '.';
  });
}

std::string kafka_text(const Setting& setting, const OptionValue& value) {
  switch (setting.shape.type) {
    case OptionType::kInt:
    case OptionType::kDuration:
    case OptionType::kBytes:
      // The one setting of Kafka that counts in minutes.
      return std::to_string(setting.kafka_name.ends_with(".minutes") ? value.i64 / kMinute
                                                                     : value.i64);
    case OptionType::kEndpoint:
      if (value.endpoint.empty() || setting.kafka_name.empty()) return value.endpoint.text();
      return "PLAINTEXT://" + value.endpoint.text();
    case OptionType::kBool:
    case OptionType::kFloat:
    case OptionType::kString:
    case OptionType::kEnum:
    case OptionType::kPath:
    case OptionType::kThreads:
    case OptionType::kList:
      return format_option(value, setting.shape);
  }
  return "";
}

}  // namespace tenon::config
