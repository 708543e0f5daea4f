// SPDX-License-Identifier: Apache-2.0

#include "cli/group/group_changes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/output/json.h"
#include "config/text/suggest.h"

namespace tenon::cli {
namespace {

std::unexpected<Failure> given_twice(const std::string& key) {
  return failed(kUsage,
                fmt::format("{} is given twice, so it is not clear what it is to be; give it once "
                            "to --set or to --delete",
                            key));
}

}  // namespace

Outcome<GroupChanges> parse_changes(const std::vector<std::string>& sets,
                                    const std::vector<std::string>& deletes) {
  GroupChanges changes;
  for (const std::string& text : sets) {
    const size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos)
      return failed(kUsage, fmt::format("--set: \"{}\" is no KEY=VALUE", text));
    const std::string key = text.substr(0, equals);
    if (!changes.emplace(key, text.substr(equals + 1)).second) return given_twice(key);
  }
  for (const std::string& key : deletes) {
    if (!changes.emplace(key, std::nullopt).second) return given_twice(key);
  }
  if (changes.empty())
    return failed(kUsage, "nothing is to be altered; give --set KEY=VALUE or --delete KEY");
  return changes;
}

std::optional<std::string> unknown_deletion(const GroupChanges& changes,
                                            const std::vector<std::string>& known) {
  for (const auto& [key, value] : changes) {
    if (!value && std::ranges::find(known, key) == known.end()) return key;
  }
  return std::nullopt;
}

Failure no_such_config(const std::string& group, const std::string& key,
                       const std::vector<std::string>& known) {
  const std::vector<std::string_view> words(known.begin(), known.end());
  std::string hint = config::did_you_mean(key, words);
  if (hint.empty()) hint = fmt::format("; groups have {}", fmt::join(known, ", "));
  return {kFailed, fmt::format("group {}: there is no config {} to delete{}", group, key, hint)};
}

bool refuses_stored(std::string_view message, const std::string& key) {
  return message.contains(fmt::format("Unknown group config name: {};", key));
}

std::string changes_as_text(const std::string& group, const GroupChanges& changes) {
  std::string text;
  for (const auto& [key, value] : changes) {
    text += value ? fmt::format("{}: {} = {}\n", group, key, *value)
                  : fmt::format("{}: {} is the broker's again\n", group, key);
  }
  return text;
}

std::string changes_as_json(const std::string& group, const GroupChanges& changes) {
  JsonWriter json;
  json.begin_array();
  for (const auto& [key, value] : changes) {
    json.begin_object().field("group", group).field("config", key).key("value");
    value ? json.value(*value) : json.null();
    json.field("status", value ? "set" : "deleted").end_object();
  }
  return json.end_array().text() + "\n";
}

}  // namespace tenon::cli
