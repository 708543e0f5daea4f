// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/consumer_group_heartbeat.h"

#include "handlers/errors.h"
#include "handlers/groups/request_info.h"

namespace tenon::handlers {

Task<wire::ConsumerGroupHeartbeatResponse> handle_consumer_group_heartbeat(
    Call& call, wire::ConsumerGroupHeartbeatRequest request) {
  const std::string group = request.group_id;
  auto response = co_await call.services.groups.call<wire::ConsumerGroupHeartbeatResponse>(
      call.scheduler(), *call.image(), group,
      [info = request_info(call), request = std::move(request),
       version = call.version()](groups::GroupCoordinator& coordinator) mutable {
        return coordinator.consumer_group_heartbeat(std::move(info), std::move(request), version);
      });
  if (response) co_return std::move(*response);
  wire::ConsumerGroupHeartbeatResponse refused;
  refused.error_code = error_code(response.error());
  refused.error_message = response.error().detail;
  co_return refused;
}

}  // namespace tenon::handlers
