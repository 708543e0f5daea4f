// SPDX-License-Identifier: Apache-2.0
//
// Fetch: read each partition on its owner shard, wait for the high watermark while there is too
// little, answer with slices of the logs that nobody copies.
#pragma once

#include "handlers/call.h"
#include "wire/data/fetch.h"

namespace tenon::handlers {

Task<wire::FetchResponse> handle_fetch(Call& call, wire::FetchRequest request);

}  // namespace tenon::handlers
