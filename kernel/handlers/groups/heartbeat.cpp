// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/heartbeat.h"

#include "handlers/errors.h"
#include "handlers/groups/request_info.h"

namespace tenon::handlers {

Task<wire::HeartbeatResponse> handle_heartbeat(Call& call, wire::HeartbeatRequest request) {
  const std::string group = request.group_id;
  auto response = co_await call.services.groups.call<wire::HeartbeatResponse>(
      call.scheduler(), *call.image(), group,
      [info = request_info(call), request = std::move(request),
       version = call.version()](groups::GroupCoordinator& coordinator) mutable {
        return coordinator.heartbeat(std::move(info), std::move(request), version);
      });
  if (response) co_return *response;
  wire::HeartbeatResponse refused;
  refused.error_code = error_code(response.error());
  co_return refused;
}

}  // namespace tenon::handlers
