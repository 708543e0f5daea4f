// SPDX-License-Identifier: Apache-2.0
//
// The command line: `tenon <verb> ...`. Parses, runs, gives the exit code:
//   0 done, 1 failed, 2 usage or configuration, 3 not found, 4 not allowed, 5 timeout or
//   unreachable
#pragma once

#include <functional>

#include "config/settings.h"

namespace tenon::cli {

// What `tenon serve` does with checked settings; broker/ gives it, since nobody includes broker/.
using Serve = std::function<int(config::Settings settings)>;

int run(int argc, char** argv, Serve serve);

}  // namespace tenon::cli
