// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/incremental_alter_configs.h"

#include "handlers/admin/config_changes.h"

namespace tenon::handlers {
namespace {

using Request = wire::IncrementalAlterConfigsRequest;
using Response = wire::IncrementalAlterConfigsResponse;

Result<controller::TopicConfigChanges> to_changes(const Request::AlterConfigsResource& asked) {
  if (auto can = check_can_be_altered(asked.resource_type, asked.resource_name); !can) {
    return forward(can);
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

Task<Response> handle_incremental_alter_configs(Call& call, Request request) {
  std::vector<Result<controller::TopicConfigChanges>> changes;
  for (const auto& asked : request.resources) changes.push_back(to_changes(asked));
  const auto results = co_await alter_topics(call, std::move(changes), request.validate_only);
  co_return answer_alteration<Response>(request, results);
}

}  // namespace tenon::handlers
