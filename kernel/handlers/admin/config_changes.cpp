// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/config_changes.h"

#include "handlers/admin/resource_types.h"

namespace tenon::handlers {

namespace {

using Results = std::vector<Result<>>;

// What is asked of the controller, and where each answer belongs.
struct Batch {
  std::vector<controller::TopicConfigChanges> topics;
  std::vector<size_t> topic_places;
  std::vector<controller::GroupConfigChanges> groups;
  std::vector<size_t> group_places;

  void add(Alteration alteration, size_t place) {
    if (alteration.resource_type == kGroupResource) {
      groups.push_back({.group_id = std::move(alteration.name),
                        .changes = std::move(alteration.changes),
                        .replace_all = alteration.replace_all});
      group_places.push_back(place);
    } else {
      topics.push_back({.topic = std::move(alteration.name),
                        .changes = std::move(alteration.changes),
                        .replace_all = alteration.replace_all});
      topic_places.push_back(place);
    }
  }
};

// On the controller's home.
Task<Results> alter(controller::Controller& controller, Batch batch, bool validate_only,
                    Results results) {
  if (!batch.topics.empty()) {
    auto altered = co_await controller.alter_topic_configs(std::move(batch.topics), validate_only);
    for (size_t i = 0; i < altered.size(); ++i)
      results[batch.topic_places[i]] = std::move(altered[i]);
  }
  if (!batch.groups.empty()) {
    auto altered = co_await controller.alter_group_configs(std::move(batch.groups), validate_only);
    for (size_t i = 0; i < altered.size(); ++i)
      results[batch.group_places[i]] = std::move(altered[i]);
  }
  co_return results;
}

}  // namespace

Result<> check_can_be_altered(int8_t resource_type, const std::string& name) {
  if (resource_type == kTopicResource || resource_type == kGroupResource) return {};
  return fail(Errc::kInvalidRequest, name,
              "only configs of topics and groups can be altered; those of a broker are in its "
              "TOML");
}

Task<Results> alter_resources(Call& call, std::vector<Result<Alteration>> alterations,
                              bool validate_only) {
  Results results;
  Batch batch;
  for (auto& alteration : alterations) {
    results.push_back(alteration ? Result<>{} : forward(alteration));
    if (alteration) batch.add(std::move(*alteration), results.size() - 1);
  }
  auto& services = call.services;
  results = co_await call_on(
      call.scheduler(), services.controller_home,
      [&services, batch = std::move(batch), validate_only, results = std::move(results)]() mutable {
        return alter(services.controller, std::move(batch), validate_only, std::move(results));
      });
  co_await services.replicas.opened(call.scheduler(), {});
  co_return results;
}

}  // namespace tenon::handlers
