// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/join_group.h"

#include "handlers/errors.h"
#include "handlers/groups/request_info.h"
#include "handlers/groups/until_gone.h"

namespace tenon::handlers {

Task<wire::JoinGroupResponse> handle_join_group(Call& call, wire::JoinGroupRequest request) {
  const std::string group = request.group_id;
  auto answer = call.services.groups.call<wire::JoinGroupResponse>(
      call.scheduler(), *call.image(), group,
      [info = request_info(call), request = std::move(request),
       version = call.version()](groups::GroupCoordinator& coordinator) mutable {
        return coordinator.join_group(std::move(info), std::move(request), version);
      });
  auto response = co_await until_gone(call.connection.peer_gone, std::move(answer));
  if (response) co_return std::move(*response);
  wire::JoinGroupResponse refused;
  refused.error_code = error_code(response.error());
  co_return refused;
}

}  // namespace tenon::handlers
