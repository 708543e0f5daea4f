// SPDX-License-Identifier: Apache-2.0
#include "config/toml/overlay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace tenon::config {

namespace {

// One setting that comes from outside the file.
struct Outside {
  std::vector<std::string> path;
  std::string text;
  Position at;
  bool dash_as_underscore = false;
};

std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  while (true) {
    const size_t found = text.find(separator);
    parts.emplace_back(text.substr(0, found));
    if (found == std::string_view::npos) return parts;
    text.remove_prefix(found + separator.size());
  }
}

std::string with_underscores(std::string text) {
  std::ranges::replace(text, '-', '_');
  return text;
}

Entry* find_key(Value& table, const std::string& key, bool dash_as_underscore) {
  if (Entry* exact = find_entry(table, key)) return exact;
  if (!dash_as_underscore) return nullptr;
  const auto same = [&](const Entry& entry) { return with_underscores(entry.key) == key; };
  const auto it = std::ranges::find_if(table.entries, same);
  return it == table.entries.end() ? nullptr : &*it;
}

// Walks to the table that holds the setting, making tables on the way, and sets it there.
void put(Value& root, const Outside& setting, std::vector<Problem>& problems) {
  Value* table = &root;
  for (size_t i = 0; i < setting.path.size(); ++i) {
    Entry* entry = find_key(*table, setting.path[i], setting.dash_as_underscore);
    if (!entry) {
      Value made;
      made.at = setting.at;
      entry = &table->entries.emplace_back(setting.path[i], setting.at, std::move(made));
    }
    if (i + 1 == setting.path.size()) {
      entry->at = setting.at;
      entry->value = text_value(setting.text, setting.at);
      return;
    }
    if (entry->value.kind != ValueKind::kTable) {
      problems.emplace_back(setting.at, fmt::format("\"{}\" is not a table", setting.path[i]));
      return;
    }
    table = &entry->value;
  }
}

bool any_empty(const std::vector<std::string>& path) {
  return std::ranges::any_of(path, &std::string::empty);
}

}  // namespace

void overlay_environment(Value& root, const std::map<std::string, std::string>& environment,
                         std::vector<Problem>& problems) {
  for (const auto& [name, text] : environment) {
    if (!name.starts_with(kEnvironmentPrefix)) continue;
    std::string lower = name.substr(kEnvironmentPrefix.size());
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    Outside setting{.path = split(lower, "__"), .text = text, .at = {name}};
    setting.dash_as_underscore = true;
    if (any_empty(setting.path)) {
      problems.emplace_back(setting.at, "names no setting: write TENON__SECTION__KEY");
    } else {
      put(root, setting, problems);
    }
  }
}

void overlay_overrides(Value& root, const std::vector<std::string>& overrides,
                       std::vector<Problem>& problems) {
  for (const std::string& written : overrides) {
    const size_t equals = written.find('=');
    const std::string key = written.substr(0, equals);
    Outside setting{.path = split(key, "."), .text = "", .at = {"--set " + key}};
    if (equals == std::string::npos || any_empty(setting.path)) {
      problems.emplace_back(setting.at, "must be section.key=value");
      continue;
    }
    setting.text = written.substr(equals + 1);
    put(root, setting, problems);
  }
}

}  // namespace tenon::config
