// SPDX-License-Identifier: Apache-2.0
//
// What every thread of net/ does first.
#pragma once

#include <string>

namespace tenon::net {

// Names the calling thread (at most 15 characters) and blocks the signals that are sent to the
// process, so that the main thread gets them, and SIGPIPE, which sendfile would raise. Gives it a
// stack for signals, too.
void set_up_thread(const std::string& name);

// Gives the calling thread a stack of its own for signal handlers, until it ends: a fault that came
// because the usual one is full can then be told, too.
void set_up_signal_stack();

}  // namespace tenon::net
