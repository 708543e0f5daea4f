// SPDX-License-Identifier: Apache-2.0
#include "config/settings_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace tenon::config {

namespace {

// Collects problems at settings, wherever those were set.
class Checker {
 public:
  Checker(const Settings& settings, const std::string& file, Problems& problems)
      : settings_(settings), file_(file), problems_(problems) {}

  void report(const std::string& key, std::string text) {
    Position at = settings_.origins.at(key).at;
    // A default stands nowhere; the beginning of the file is where an editor can be sent to.
    if (at.file.empty()) at = {file_, 1, 1};
    problems_.emplace_back(at, std::move(text));
  }

  // Each setting of the pair by its key, and the smaller one first.
  void in_order(const std::string& smaller, int64_t low, const std::string& larger, int64_t high) {
    if (low <= high) return;
    const auto& origins = settings_.origins;
    const bool smaller_is_set = !origins.at(smaller).at.file.empty();
    report(smaller_is_set ? smaller : larger,
           fmt::format("\"{}\" = {} is above \"{}\" = {}", smaller, origins.at(smaller).text,
                       larger, origins.at(larger).text));
  }

 private:
  const Settings& settings_;
  const std::string& file_;
  Problems& problems_;
};

bool is_loaded(const Settings& settings, std::string_view kind, std::string_view name) {
  return std::ranges::any_of(settings.plugins.tables, [&](const PluginTable& table) {
    return table.kind == kind && table.name == name;
  });
}

void check_storage(const Settings& settings, Checker& checker) {
  const StorageSettings& storage = settings.storage;
  if (storage.data_dirs.empty())
    checker.report("storage.data_dirs", "\"storage.data_dirs\" must name a directory");
  std::set<std::string> seen;
  for (const std::string& directory : storage.data_dirs) {
    if (seen.insert(directory).second) continue;
    checker.report("storage.data_dirs",
                   fmt::format("\"storage.data_dirs\" names {} twice", directory));
  }
  if (is_loaded(settings, "storage", storage.engine)) return;
  checker.report("storage.default",
                 fmt::format("\"storage.default\" is \"{0}\", but no table [storage.{0}] loads it",
                             storage.engine));
}

void check_partitioner(const Settings& settings, Checker& checker) {
  const TopicConfig& defaults = settings.topic.defaults;
  const std::string& name = defaults.tenon_partitioner;
  if (name.empty() && defaults.partitioner_guard != PartitionerGuard::kOff) {
    checker.report("topic.defaults.partitioner_guard",
                   "\"topic.defaults.partitioner_guard\" has nothing to go by: set "
                   "\"topic.defaults.partitioner\", too");
  }
  if (name.empty() || is_loaded(settings, "partitioner", name)) return;
  checker.report("topic.defaults.partitioner",
                 fmt::format("\"topic.defaults.partitioner\" is \"{0}\", but no table "
                             "[partitioner.{0}] loads it",
                             name));
}

// The defaults name assignors that a configuration need not load.
void check_assignors(const Settings& settings, Checker& checker) {
  constexpr auto kKey = "groups.consumer.assignors";
  if (settings.origins.at(kKey).at.file.empty()) return;
  std::set<std::string_view> seen;
  for (const std::string& name : settings.groups.consumer.assignors) {
    if (!seen.insert(name).second)
      checker.report(kKey, fmt::format("\"{}\" names \"{}\" twice", kKey, name));
    else if (!is_loaded(settings, "assignor", name))
      checker.report(
          kKey,
          fmt::format("\"{0}\" names \"{1}\", but no table [assignor.{1}] loads it", kKey, name));
  }
}

void check_bounds_of_groups(const ConsumerGroupSettings& consumer, Checker& checker) {
  const auto in_order = [&checker](const std::string& key, const BoundedTime& time) {
    checker.in_order(key + "_min", time.min, key, time.value);
    checker.in_order(key, time.value, key + "_max", time.max);
  };
  in_order("groups.consumer.session_timeout", consumer.session_timeout_ms);
  in_order("groups.consumer.heartbeat_interval", consumer.heartbeat_interval_ms);
  in_order("groups.consumer.assignment_interval", consumer.assignment_interval_ms);
  if (consumer.heartbeat_interval_ms.value >= consumer.session_timeout_ms.value) {
    checker.report("groups.consumer.heartbeat_interval",
                   "\"groups.consumer.heartbeat_interval\" must be shorter than "
                   "\"groups.consumer.session_timeout\"");
  }
}

void check_addresses(const Settings& settings, Checker& checker) {
  const Endpoint& kafka = settings.kafka.bind;
  if (kafka.empty()) checker.report("kafka.bind", "\"kafka.bind\" must be \"host:port\"");
  if (kafka.port != 0 && kafka == settings.http.bind) {
    checker.report("http.bind",
                   fmt::format("\"http.bind\" is \"{}\", as \"kafka.bind\" is", kafka.text()));
  }
  const std::string& advertised = settings.kafka.advertise.host;
  if (advertised == "0.0.0.0" || advertised == "::") {
    checker.report("kafka.advertise",
                   fmt::format("\"kafka.advertise\" must be an address that clients can connect "
                               "to, which {} is not",
                               advertised));
  }
}

}  // namespace

void check_settings(const Settings& settings, const std::string& file, Problems& problems) {
  Checker checker(settings, file, problems);
  check_storage(settings, checker);
  check_partitioner(settings, checker);
  check_addresses(settings, checker);
  const NetworkSettings& network = settings.network;
  checker.in_order("network.request_bytes_max", network.request_bytes_max,
                   "network.connection_memory_max", network.connection_memory_max);
  checker.in_order("network.connection_memory_max", network.connection_memory_max,
                   "network.memory_max", network.memory_max);
  const TopicConfig& defaults = settings.topic.defaults;
  checker.in_order("topic.defaults.max_batch_bytes", defaults.max_message_bytes,
                   "network.request_bytes_max", network.request_bytes_max);
  checker.in_order("topic.defaults.compaction_min_lag", defaults.min_compaction_lag_ms,
                   "topic.defaults.compaction_max_lag", defaults.max_compaction_lag_ms);
  checker.in_order("groups.session_timeout_min", settings.groups.session_timeout_min_ms,
                   "groups.session_timeout_max", settings.groups.session_timeout_max_ms);
  check_assignors(settings, checker);
  check_bounds_of_groups(settings.groups.consumer, checker);
}

}  // namespace tenon::config
