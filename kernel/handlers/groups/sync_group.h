// SPDX-License-Identifier: Apache-2.0
//
// SyncGroup: asks the group's coordinator.
#pragma once

#include "handlers/call.h"
#include "wire/groups/sync_group.h"

namespace tenon::handlers {

Task<wire::SyncGroupResponse> handle_sync_group(Call& call, wire::SyncGroupRequest request);

}  // namespace tenon::handlers
