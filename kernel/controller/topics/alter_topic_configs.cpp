// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "controller/topics/topic_plans.h"

namespace tenon::controller {

namespace {

using metadata::TopicInfo;

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

bool is_list(const TopicPolicy& policy, std::string_view name) {
  const auto entries = config::list_topic_config(policy.defaults, {});
  const auto found = std::ranges::find(entries, name, &config::ConfigEntry::name);
  return found != entries.end() && found->type == config::ConfigType::kList;
}

// The list that a change of kind append or subtract makes of the topic's list, or of the default.
Result<std::string> change_list(const TopicPolicy& policy, const Configs& configs,
                                const ConfigChange& change) {
  const bool append = change.op == ConfigOp::kAppend;
  if (!is_list(policy, change.name))
    return fail(Errc::kInvalidConfig, "",
                fmt::format("Can't {} the config {}: it is not a list",
                            append ? "append to" : "subtract from", change.name));
  const auto found = configs.find(change.name);
  const std::string before =
      found != configs.end() ? found->second
                             : config::topic_config_text(policy.defaults, change.name).value_or("");
  std::vector<std::string> items = split_list(before);
  for (const std::string& item : split_list(*change.value)) {
    if (!append) {
      std::erase(items, item);
    } else if (std::ranges::find(items, item) == items.end()) {
      items.push_back(item);
    }
  }
  return fmt::format("{}", fmt::join(items, ","));
}

Result<> apply_change(const TopicPolicy& policy, Configs& configs, const ConfigChange& change) {
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
  auto list = change_list(policy, configs, change);
  if (!list) return forward(list);
  configs.insert_or_assign(change.name, std::move(*list));
  return {};
}

// The records of a topic stay where they are: its storage can be neither changed nor taken away.
Result<> keep_storage(const TopicInfo& topic, const std::set<std::string_view>& named,
                      Configs& configs) {
  const auto before = topic.configs.find(std::string(kStorageConfig));
  if (before == topic.configs.end()) return {};
  const auto after = configs.find(before->first);
  if (after != configs.end() && after->second == before->second) return {};
  if (named.contains(kStorageConfig)) {
    return fail(Errc::kInvalidConfig, "",
                fmt::format("{} is {} since the topic was created and cannot be changed",
                            kStorageConfig, before->second));
  }
  configs.insert(*before);
  return {};
}

Result<Configs> change_configs(const TopicPolicy& policy, const TopicInfo& topic,
                               const TopicConfigChanges& request) {
  Configs configs = request.replace_all ? Configs() : topic.configs;
  std::set<std::string_view> named;
  for (const ConfigChange& change : request.changes) {
    if (!named.insert(change.name).second)
      return fail(Errc::kInvalidRequest, "",
                  fmt::format("The config {} is changed twice in one request", change.name));
    if (auto ok = apply_change(policy, configs, change); !ok) return forward(ok);
  }
  if (auto ok = keep_storage(topic, named, configs); !ok) return forward(ok);
  if (auto ok = check_configs(policy, configs); !ok) return forward(ok);
  return configs;
}

void append_difference(const TopicInfo& topic, const Configs& after,
                       std::vector<metadata::Record>& records) {
  for (const auto& [name, value] : topic.configs) {
    if (!after.contains(name))
      records.emplace_back(metadata::config_record(topic.name, name, std::nullopt));
  }
  for (const auto& [name, value] : after) {
    const auto before = topic.configs.find(name);
    if (before == topic.configs.end() || before->second != value)
      records.emplace_back(metadata::config_record(topic.name, name, value));
  }
}

Result<> plan_topic(const PlanContext& context, const TopicConfigChanges& request,
                    std::vector<metadata::Record>& records) {
  const TopicInfo* topic = context.image.find(std::string_view(request.topic));
  if (!topic)
    return fail(Errc::kUnknownTopicOrPartition, "",
                fmt::format("There is no topic '{}'", request.topic));
  const auto after = change_configs(context.policy, *topic, request);
  if (!after) return std::unexpected(after.error());
  append_difference(*topic, *after, records);
  return {};
}

}  // namespace

Plan<> plan_alter_topic_configs(const PlanContext& context,
                                const std::vector<TopicConfigChanges>& topics, bool validate_only) {
  Plan<> plan;
  std::map<std::string_view, int> times_named;
  for (const TopicConfigChanges& request : topics) ++times_named[request.topic];
  for (const TopicConfigChanges& request : topics) {
    if (times_named[request.topic] > 1) {
      plan.results.push_back(
          fail(Errc::kInvalidRequest, "", "Duplicate resource: the request names it twice"));
    } else {
      plan.results.push_back(plan_topic(context, request, plan.records));
    }
  }
  if (validate_only) plan.records.clear();
  return plan;
}

}  // namespace tenon::controller
