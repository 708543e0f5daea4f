// SPDX-License-Identifier: Apache-2.0
//
// ConsumerGroupHeartbeat (KIP-848): asks the group's coordinator. What a request may say is judged
// there, topic ids and names as well.
#pragma once

#include "handlers/call.h"
#include "wire/groups/consumer_group_heartbeat.h"

namespace tenon::handlers {

Task<wire::ConsumerGroupHeartbeatResponse> handle_consumer_group_heartbeat(
    Call& call, wire::ConsumerGroupHeartbeatRequest request);

}  // namespace tenon::handlers
