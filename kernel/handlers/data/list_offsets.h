// SPDX-License-Identifier: Apache-2.0
//
// ListOffsets: the start, the end, and the first offset at or after a time (KIP-79, KIP-734).
#pragma once

#include "handlers/call.h"
#include "wire/data/list_offsets.h"

namespace tenon::handlers {

Task<wire::ListOffsetsResponse> handle_list_offsets(Call& call, wire::ListOffsetsRequest request);

}  // namespace tenon::handlers
