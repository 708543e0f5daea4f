// SPDX-License-Identifier: Apache-2.0
//
// Topics that are made on the way to something else: by a Metadata request that allows it, or as
// __consumer_offsets when the first group looks for its coordinator.
#pragma once

#include <string>
#include <vector>

#include "handlers/call.h"

namespace tenon::handlers {

// Makes the topics with the broker's defaults, waits until their logs are open, and gives the error
// of each by position; none = it is there now, made by us or by somebody else.
Task<std::vector<std::optional<Error>>> create_with_defaults(Call& call,
                                                             std::vector<std::string> names);

// Makes __consumer_offsets when it is not there.
Task<Result<>> ensure_offsets_topic(Call& call);

}  // namespace tenon::handlers
