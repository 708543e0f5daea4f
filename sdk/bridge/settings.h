// SPDX-License-Identifier: Apache-2.0
//
// The properties that the bridge adds to librdkafka's, and the environment variables that stand in
// for those that are not set: for clients that hand their properties over in no order, in which
// plugin.library.paths may come last. Pure but for the environment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tenon/result.hpp"

namespace tenon::bridge {

struct Settings {
  std::string plugin;       // tenon.partitioner.plugin: a path or a name
  std::string config;       // tenon.partitioner.config: options of the plugin
  std::string config_file;  // tenon.partitioner.config.file: a file of them
  std::string topics;       // tenon.partitioner.topics: "a,b"; empty = all
  std::string directory;    // tenon.plugin.directory: where names are looked up, too

  bool any() const;
  // The options as text, and whether the user gave any.
  Result<std::string> options() const;
  bool has_options() const { return !config.empty() || !config_file.empty(); }
  std::vector<std::string> topic_list() const;
};

// Whether the property is for the bridge to judge: all that begin with "tenon.".
bool is_ours(std::string_view property);

// Sets one; null is "not set". Refuses unknown properties and values that can never be right.
Result<> set_property(Settings& settings, std::string_view property, const char* value);

// The same settings, with what is not set taken from TENON_PARTITIONER_PLUGIN,
// TENON_PARTITIONER_CONFIG, TENON_PARTITIONER_CONFIG_FILE, TENON_PARTITIONER_TOPICS and
// TENON_PLUGIN_DIRECTORY.
Settings with_environment(Settings settings);

}  // namespace tenon::bridge
