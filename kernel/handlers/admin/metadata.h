// SPDX-License-Identifier: Apache-2.0
//
// Metadata: brokers, topics, leaders. Makes topics that are asked for and missing, when both sides
// allow.
#pragma once

#include "handlers/call.h"
#include "wire/admin/metadata.h"

namespace tenon::handlers {

// An error for a request that names more topics than are answered at once.
Task<Result<std::optional<wire::MetadataResponse>>> handle_metadata(Call& call,
                                                                    wire::MetadataRequest request);

}  // namespace tenon::handlers
