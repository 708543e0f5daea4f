// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/incremental_alter_configs.h"

#include "handlers/admin/config_changes.h"

namespace tenon::handlers {
namespace {

using Request = wire::IncrementalAlterConfigsRequest;
using Response = wire::IncrementalAlterConfigsResponse;

Result<Alteration> to_alteration(const Request::AlterConfigsResource& asked) {
  if (auto can = check_can_be_altered(asked.resource_type, asked.resource_name); !can) {
    return forward(can);
  }
  Alteration alteration{
      .resource_type = asked.resource_type, .name = asked.resource_name, .changes = {}};
  for (const auto& config : asked.configs) {
    if (config.config_operation < 0 || config.config_operation > 3) {
      return fail(Errc::kInvalidRequest, config.name, "no such config operation");
    }
    alteration.changes.push_back({.name = config.name,
                                  .op = static_cast<controller::ConfigOp>(config.config_operation),
                                  .value = config.value});
  }
  return alteration;
}

}  // namespace

Task<Response> handle_incremental_alter_configs(Call& call, Request request) {
  std::vector<Result<Alteration>> alterations;
  for (const auto& asked : request.resources) alterations.push_back(to_alteration(asked));
  const auto results =
      co_await alter_resources(call, std::move(alterations), request.validate_only);
  co_return answer_alteration<Response>(request, results);
}

}  // namespace tenon::handlers
