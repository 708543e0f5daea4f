// SPDX-License-Identifier: Apache-2.0
//
// LeaveGroup: asks the group's coordinator.
#pragma once

#include "handlers/call.h"
#include "wire/groups/leave_group.h"

namespace tenon::handlers {

Task<wire::LeaveGroupResponse> handle_leave_group(Call& call, wire::LeaveGroupRequest request);

}  // namespace tenon::handlers
