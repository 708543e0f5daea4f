// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "controller/configs/config_changes.h"
#include "controller/topics/topic_plans.h"

namespace tenon::controller {

namespace {

using metadata::TopicInfo;

// The default of a config that is a list.
std::optional<std::string> list_default(const TopicPolicy& policy, std::string_view name) {
  const auto entries = config::list_topic_config(policy.defaults, {});
  const auto found = std::ranges::find(entries, name, &config::ConfigEntry::name);
  if (found == entries.end() || found->type != config::ConfigType::kList) return std::nullopt;
  return found->value;
}

// The records of a topic stay where they are: its storage can be neither changed nor taken away.
Result<> keep_storage(const TopicInfo& topic, const std::vector<ConfigChange>& changes,
                      Configs& configs) {
  const auto before = topic.configs.find(std::string(kStorageConfig));
  if (before == topic.configs.end()) return {};
  const auto after = configs.find(before->first);
  if (after != configs.end() && after->second == before->second) return {};
  if (std::ranges::find(changes, kStorageConfig, &ConfigChange::name) != changes.end()) {
    return fail(Errc::kInvalidConfig, "",
                fmt::format("{} is {} since the topic was created and cannot be changed",
                            kStorageConfig, before->second));
  }
  configs.insert(*before);
  return {};
}

Result<Configs> change_topic_configs(const TopicPolicy& policy, const TopicInfo& topic,
                                     const TopicConfigChanges& request) {
  auto configs =
      change_configs(topic.configs, {request.changes, request.replace_all},
                     [&policy](std::string_view name) { return list_default(policy, name); });
  if (!configs) return configs;
  if (auto ok = keep_storage(topic, request.changes, *configs); !ok) return forward(ok);
  if (auto ok = check_configs(policy, *configs); !ok) return forward(ok);
  return configs;
}

Result<> plan_topic(const PlanContext& context, const TopicConfigChanges& request,
                    std::vector<metadata::Record>& records) {
  const TopicInfo* topic = context.image.find(std::string_view(request.topic));
  if (!topic)
    return fail(Errc::kUnknownTopicOrPartition, "",
                fmt::format("There is no topic '{}'", request.topic));
  const auto after = change_topic_configs(context.policy, *topic, request);
  if (!after) return std::unexpected(after.error());
  append_difference(topic->name, topic->configs, *after, metadata::config_record, records);
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
