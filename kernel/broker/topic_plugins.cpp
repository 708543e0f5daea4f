// SPDX-License-Identifier: Apache-2.0

#include "broker/topic_plugins.h"

#include <fmt/format.h>

namespace tenon::broker {
namespace {

std::string loaded_partitioners(const plugin::PluginHost& plugins) {
  std::string names;
  for (const plugin::PluginInfo& info : plugins.list()) {
    if (info.kind != "partitioner") continue;
    names += (names.empty() ? "" : ", ") + info.name;
  }
  return names.empty() ? "none is" : "loaded: " + names;
}

Result<> check_partitioner(const plugin::PluginHost& plugins, const config::TopicConfig& config) {
  const std::string& name = config.tenon_partitioner;
  if (name.empty()) return {};
  const plugin::Partitioner* partitioner = plugins.partitioner(name);
  if (partitioner == nullptr) {
    return fail(Errc::kInvalidConfig, "tenon.partitioner",
                fmt::format("no partitioner plugin \"{}\" is loaded ({})", name,
                            loaded_partitioners(plugins)));
  }
  if (config.partitioner_guard == config::PartitionerGuard::kOff || !partitioner->stateful())
    return {};
  return fail(Errc::kInvalidConfig, "tenon.partitioner.guard",
              fmt::format("the partitioner {} may send equal records to different partitions, so "
                          "there is nothing to hold records against; leave the guard off",
                          name));
}

}  // namespace

Result<> check_topic_plugins(const plugin::PluginHost& plugins, const config::TopicConfig& config) {
  if (plugins.storage(config.tenon_storage) == nullptr) {
    return fail(Errc::kInvalidConfig, "tenon.storage",
                "no storage plugin \"" + config.tenon_storage + "\" is loaded");
  }
  if (auto partitioner = check_partitioner(plugins, config); !partitioner) return partitioner;
  const int codec = plugin::wire_id_of(config.compression_type);
  if (!plugins.codecs().known(codec)) {
    return fail(Errc::kInvalidConfig, "compression.type", "no codec plugin for it is loaded");
  }
  return {};
}

}  // namespace tenon::broker
