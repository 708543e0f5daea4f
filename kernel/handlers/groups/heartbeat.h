// SPDX-License-Identifier: Apache-2.0
//
// Heartbeat: asks the group's coordinator.
#pragma once

#include "handlers/call.h"
#include "wire/groups/heartbeat.h"

namespace tenon::handlers {

Task<wire::HeartbeatResponse> handle_heartbeat(Call& call, wire::HeartbeatRequest request);

}  // namespace tenon::handlers
