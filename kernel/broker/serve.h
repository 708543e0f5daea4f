// SPDX-License-Identifier: Apache-2.0
//
// `tenon serve`: from the settings to a running broker, until SIGTERM or SIGINT.
#pragma once

#include "config/settings.h"

namespace tenon::broker {

// Returns the exit code: 0 after a clean stop, 1 when stopping failed, 2 when the broker could not
// start. Says on stderr, in one sentence, why.
int serve(config::Settings settings);

}  // namespace tenon::broker
