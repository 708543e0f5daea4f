// SPDX-License-Identifier: Apache-2.0
//
// From a frame to its reply: header, version, handler, metrics.
#pragma once

#include "handlers/services.h"
#include "net/connection_info.h"

namespace tenon::handlers {

// The reply to one frame that came to `shard`, on whose thread this runs; the frame and what is
// given by reference live until the task ends. nullopt = the request has no reply. An error closes
// the connection: bytes that are no request, or one that is not answered here.
Task<Result<std::optional<OutputChain>>> handle_frame(Services& services, size_t shard,
                                                      net::ConnectionInfo& connection,
                                                      MutableBytes frame);

}  // namespace tenon::handlers
