// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/leave_group.h"

#include "handlers/errors.h"
#include "handlers/groups/request_info.h"

namespace tenon::handlers {

Task<wire::LeaveGroupResponse> handle_leave_group(Call& call, wire::LeaveGroupRequest request) {
  const std::string group = request.group_id;
  auto response = co_await call.services.groups.call<wire::LeaveGroupResponse>(
      call.scheduler(), *call.image(), group,
      [info = request_info(call), request = std::move(request),
       version = call.version()](groups::GroupCoordinator& coordinator) mutable {
        return coordinator.leave_group(std::move(info), std::move(request), version);
      });
  if (response) co_return std::move(*response);
  wire::LeaveGroupResponse refused;
  refused.error_code = error_code(response.error());
  co_return refused;
}

}  // namespace tenon::handlers
