// SPDX-License-Identifier: Apache-2.0
//
// From a frame to its reply: header, version, handler, metrics.
#pragma once

#include "handlers/services.h"
#include "net/connection_info.h"
#include "net/shard.h"

namespace tenon::handlers {

// The reply to one frame, which must live until the task ends; the shape is net::FrameHandler's. An
// error closes the connection: bytes that are no request, or one that is not answered here.
Task<Result<std::optional<OutputChain>>> handle_frame(Services& services, net::Shard& shard,
                                                      net::ConnectionInfo& connection,
                                                      MutableBytes frame);

}  // namespace tenon::handlers
