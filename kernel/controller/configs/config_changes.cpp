// SPDX-License-Identifier: Apache-2.0

#include "controller/configs/config_changes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

namespace tenon::controller {

namespace {

// "a, b,c" -> {"a", "b", "c"}
std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    std::string_view item = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
    item = item.substr(0, item.find_last_not_of(' ') + 1);
    if (!item.empty()) items.emplace_back(item);
  }
  return items;
}

// The list that a change of kind append or subtract makes of the list that is set, or of the
// default.
Result<std::string> change_list(const Configs& configs, const ConfigChange& change,
                                const ListDefault& list_default) {
  const bool append = change.op == ConfigOp::kAppend;
  const auto unset = list_default(change.name);
  if (!unset)
    return fail(Errc::kInvalidConfig, "",
                fmt::format("Can't {} the config {}: it is not a list",
                            append ? "append to" : "subtract from", change.name));
  const auto found = configs.find(change.name);
  std::vector<std::string> items = split_list(found != configs.end() ? found->second : *unset);
  for (const std::string& item : split_list(*change.value)) {
    if (!append) {
      std::erase(items, item);
    } else if (std::ranges::find(items, item) == items.end()) {
      items.push_back(item);
    }
  }
  return fmt::format("{}", fmt::join(items, ","));
}

Result<> apply_change(Configs& configs, const ConfigChange& change,
                      const ListDefault& list_default) {
  if (change.op == ConfigOp::kDelete) {
    configs.erase(change.name);
    return {};
  }
  if (!change.value)
    return fail(Errc::kInvalidRequest, "",
                fmt::format("Null value not supported for the config {}", change.name));
  if (change.op == ConfigOp::kSet) {
    configs.insert_or_assign(change.name, *change.value);
    return {};
  }
  auto list = change_list(configs, change, list_default);
  if (!list) return forward(list);
  configs.insert_or_assign(change.name, std::move(*list));
  return {};
}

}  // namespace

Result<Configs> change_configs(const Configs& before, const ConfigRequest& request,
                               const ListDefault& list_default) {
  Configs configs = request.replace_all ? Configs() : before;
  std::set<std::string_view> named;
  for (const ConfigChange& change : request.changes) {
    if (!named.insert(change.name).second)
      return fail(Errc::kInvalidRequest, "",
                  fmt::format("The config {} is changed twice in one request", change.name));
    if (auto ok = apply_change(configs, change, list_default); !ok) return forward(ok);
  }
  return configs;
}

void append_difference(const std::string& resource, const Configs& before, const Configs& after,
                       ConfigRecordOf record_of, std::vector<metadata::Record>& records) {
  for (const auto& [name, value] : before) {
    if (!after.contains(name)) records.emplace_back(record_of(resource, name, std::nullopt));
  }
  for (const auto& [name, value] : after) {
    const auto old = before.find(name);
    if (old == before.end() || old->second != value)
      records.emplace_back(record_of(resource, name, value));
  }
}

}  // namespace tenon::controller
