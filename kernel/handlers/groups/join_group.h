// SPDX-License-Identifier: Apache-2.0
//
// JoinGroup: asks the group's coordinator.
#pragma once

#include "handlers/call.h"
#include "wire/groups/join_group.h"

namespace tenon::handlers {

Task<wire::JoinGroupResponse> handle_join_group(Call& call, wire::JoinGroupRequest request);

}  // namespace tenon::handlers
