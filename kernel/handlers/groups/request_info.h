// SPDX-License-Identifier: Apache-2.0
//
// Who asks a group coordinator, from the connection and the request's header.
#pragma once

#include "groups/group_coordinator.h"
#include "handlers/call.h"

namespace tenon::handlers {

inline groups::RequestInfo request_info(const Call& call) {
  return {.client_id = call.header.client_id.value_or(""),
          .client_host = call.connection.peer_host};
}

}  // namespace tenon::handlers
