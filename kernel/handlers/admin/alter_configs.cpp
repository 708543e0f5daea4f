// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/alter_configs.h"

#include "handlers/admin/config_changes.h"

namespace tenon::handlers {
namespace {

using Request = wire::AlterConfigsRequest;
using Response = wire::AlterConfigsResponse;

Result<Alteration> to_alteration(const Request::AlterConfigsResource& asked) {
  if (auto can = check_can_be_altered(asked.resource_type, asked.resource_name); !can) {
    return forward(can);
  }
  Alteration alteration{.resource_type = asked.resource_type,
                        .name = asked.resource_name,
                        .changes = {},
                        .replace_all = true};
  for (const auto& config : asked.configs) {
    alteration.changes.push_back(
        {.name = config.name, .op = controller::ConfigOp::kSet, .value = config.value});
  }
  return alteration;
}

}  // namespace

Task<Response> handle_alter_configs(Call& call, Request request) {
  std::vector<Result<Alteration>> alterations;
  for (const auto& asked : request.resources) alterations.push_back(to_alteration(asked));
  const auto results =
      co_await alter_resources(call, std::move(alterations), request.validate_only);
  co_return answer_alteration<Response>(request, results);
}

}  // namespace tenon::handlers
