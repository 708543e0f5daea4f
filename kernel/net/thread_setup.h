// SPDX-License-Identifier: Apache-2.0
//
// What every thread of net/ does first.
#pragma once

#include <string>

namespace tenon::net {

// Names the calling thread (at most 15 characters) and blocks the signals that are sent to the
// process, so that the main thread gets them, and SIGPIPE, which sendfile would raise.
void set_up_thread(const std::string& name);

}  // namespace tenon::net
