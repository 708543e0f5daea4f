// SPDX-License-Identifier: Apache-2.0
//
// The APIs that this broker answers: key, versions, and the function that does it. What is
// advertised is this table and nothing else.
#pragma once

#include <optional>
#include <span>

#include "base/payload.h"
#include "base/task.h"
#include "handlers/call.h"
#include "wire/api.h"

namespace tenon::handlers {

// The encoded response without its header; nullopt = the request has none.
using Body = Result<std::optional<OutputChain>>;

struct Api {
  wire::ApiKey key;
  wire::VersionRange advertised;
  // Decodes `body`, which lives until the task ends, and encodes the response into a chain that
  // begins with `header`.
  Task<Body> (*handle)(Call& call, MutableBytes body, OutputChain header);
};

std::span<const Api> apis();
// Null for a key that is not answered.
const Api* find_api(wire::ApiKey key);

}  // namespace tenon::handlers
