// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/incremental_alter_configs.h"

#include "handlers/admin/resource_types.h"
#include "handlers/errors.h"

namespace tenon::handlers {
namespace {

using Asked = wire::IncrementalAlterConfigsRequest::AlterConfigsResource;

Result<controller::TopicConfigChanges> to_changes(const Asked& asked) {
  if (asked.resource_type != kTopicResource) {
    return fail(Errc::kInvalidRequest, asked.resource_name,
                "only configs of topics can be altered; those of a broker are in its TOML");
  }
  controller::TopicConfigChanges changes{.topic = asked.resource_name, .changes = {}};
  for (const auto& config : asked.configs) {
    if (config.config_operation < 0 || config.config_operation > 3) {
      return fail(Errc::kInvalidRequest, config.name, "no such config operation");
    }
    changes.changes.push_back({.name = config.name,
                               .op = static_cast<controller::ConfigOp>(config.config_operation),
                               .value = config.value});
  }
  return changes;
}

}  // namespace

Task<wire::IncrementalAlterConfigsResponse> handle_incremental_alter_configs(
    Call& call, wire::IncrementalAlterConfigsRequest request) {
  wire::IncrementalAlterConfigsResponse response;
  std::vector<controller::TopicConfigChanges> changes;
  std::vector<size_t> places;
  for (const Asked& asked : request.resources) {
    auto& answer = response.responses.emplace_back();
    answer.resource_type = asked.resource_type;
    answer.resource_name = asked.resource_name;
    answer.error_message.reset();
    auto change = to_changes(asked);
    if (change) {
      changes.push_back(std::move(*change));
      places.push_back(response.responses.size() - 1);
    } else {
      answer.error_code = error_code(change.error());
      answer.error_message = change.error().text();
    }
  }
  auto& services = call.services;
  const auto results = co_await call_on(
      call.scheduler(), services.controller_home,
      [&services, changes = std::move(changes), only = request.validate_only]() mutable {
        return services.controller.alter_topic_configs(std::move(changes), only);
      });
  co_await services.replicas.settled(call.scheduler());
  for (size_t i = 0; i < results.size(); ++i) {
    if (results[i]) continue;
    response.responses[places[i]].error_code = error_code(results[i].error());
    response.responses[places[i]].error_message = results[i].error().detail;
  }
  co_return response;
}

}  // namespace tenon::handlers
