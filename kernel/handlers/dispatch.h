// SPDX-License-Identifier: Apache-2.0
//
// From a frame to its reply: header, version, handler, metrics. This is what a connection is given.
#pragma once

#include "handlers/services.h"
#include "net/listener.h"

namespace tenon::handlers {

// A frame handler over `services`, which must outlive every connection.
net::FrameHandler frame_handler(Services& services);

}  // namespace tenon::handlers
