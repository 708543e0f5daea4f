// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/alter_configs.h"

#include "handlers/admin/config_changes.h"

namespace tenon::handlers {
namespace {

using Request = wire::AlterConfigsRequest;
using Response = wire::AlterConfigsResponse;

Result<controller::TopicConfigChanges> to_changes(const Request::AlterConfigsResource& asked) {
  if (auto can = check_can_be_altered(asked.resource_type, asked.resource_name); !can) {
    return forward(can);
  }
  controller::TopicConfigChanges changes{
      .topic = asked.resource_name, .changes = {}, .replace_all = true};
  for (const auto& config : asked.configs) {
    changes.changes.push_back(
        {.name = config.name, .op = controller::ConfigOp::kSet, .value = config.value});
  }
  return changes;
}

}  // namespace

Task<Response> handle_alter_configs(Call& call, Request request) {
  std::vector<Result<controller::TopicConfigChanges>> changes;
  for (const auto& asked : request.resources) changes.push_back(to_changes(asked));
  const auto results = co_await alter_topics(call, std::move(changes), request.validate_only);
  co_return answer_alteration<Response>(request, results);
}

}  // namespace tenon::handlers
