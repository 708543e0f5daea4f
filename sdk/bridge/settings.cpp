// SPDX-License-Identifier: Apache-2.0
#include "bridge/settings.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "bridge/load/words.h"

namespace tenon::bridge {

namespace {

constexpr std::string_view kPrefix = "tenon.";
constexpr size_t kFileBytesMax = 1 << 20;

struct Property {
  const char* name;
  const char* environment;
  std::string Settings::* field;
};

constexpr Property kProperties[] = {
    {"tenon.partitioner.plugin", "TENON_PARTITIONER_PLUGIN", &Settings::plugin},
    {"tenon.partitioner.config", "TENON_PARTITIONER_CONFIG", &Settings::config},
    {"tenon.partitioner.config.file", "TENON_PARTITIONER_CONFIG_FILE", &Settings::config_file},
    {"tenon.partitioner.topics", "TENON_PARTITIONER_TOPICS", &Settings::topics},
    {"tenon.plugin.directory", "TENON_PLUGIN_DIRECTORY", &Settings::directory},
};

Error unknown(std::string_view property) {
  std::vector<std::string> names;
  for (const Property& known : kProperties) names.emplace_back(known.name);
  const std::string suggestion = did_you_mean(property, names);
  return {TN_E_CONFIG, "unknown property \"" + std::string(property) + "\"" +
                           (suggestion.empty() ? "; there are " + join(names, ", ") : suggestion)};
}

Result<> check_topics(const std::string& topics) {
  const std::vector<std::string> names = split_list(topics);
  const bool has_hole = std::find(names.begin(), names.end(), "") != names.end();
  if (!topics.empty() && has_hole) {
    return Error(TN_E_CONFIG,
                 "tenon.partitioner.topics must be names of topics with commas "
                 "between them, not \"" +
                     topics + "\"");
  }
  return {};
}

}  // namespace

bool Settings::any() const {
  return std::any_of(std::begin(kProperties), std::end(kProperties),
                     [&](const Property& property) { return !(this->*property.field).empty(); });
}

Result<std::string> Settings::options() const {
  if (config_file.empty()) return config;
  if (!config.empty()) {
    return Error(TN_E_CONFIG,
                 "tenon.partitioner.config and tenon.partitioner.config.file are both set; keep "
                 "one");
  }
  std::ifstream file(config_file, std::ios::binary);
  std::string text(kFileBytesMax + 1, '\0');
  if (!file.read(text.data(), static_cast<std::streamsize>(text.size())) && !file.eof()) {
    return Error(TN_E_CONFIG, "tenon.partitioner.config.file: " + config_file + ": " +
                                  std::strerror(errno != 0 ? errno : EIO));
  }
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kFileBytesMax)
    return Error(TN_E_CONFIG, "tenon.partitioner.config.file: " + config_file + ": too long");
  return text;
}

std::vector<std::string> Settings::topic_list() const {
  return topics.empty() ? std::vector<std::string>{} : split_list(topics);
}

bool is_ours(std::string_view property) {
  return property.substr(0, kPrefix.size()) == kPrefix;
}

Result<> set_property(Settings& settings, std::string_view property, const char* value) {
  for (const Property& known : kProperties) {
    if (property != known.name) continue;
    const std::string text(trimmed(value != nullptr ? value : ""));
    if (known.field == &Settings::topics) {
      if (auto checked = check_topics(text); !checked) return checked;
    }
    settings.*known.field = text;
    return {};
  }
  return unknown(property);
}

Settings with_environment(Settings settings) {
  for (const Property& property : kProperties) {
    std::string& value = settings.*property.field;
    const char* text = value.empty() ? ::secure_getenv(property.environment) : nullptr;
    // What was set as a property has its options there, too: one source or the other.
    const bool is_options =
        property.field == &Settings::config || property.field == &Settings::config_file;
    if (text != nullptr && !(is_options && settings.has_options())) value = text;
  }
  return settings;
}

}  // namespace tenon::bridge
