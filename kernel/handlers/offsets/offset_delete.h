// SPDX-License-Identifier: Apache-2.0
//
// OffsetDelete (KIP-496): takes offsets of partitions that exist out of a group. Those of deleted
// topics are gone already.
#pragma once

#include "handlers/call.h"
#include "wire/groups/offset_delete.h"

namespace tenon::handlers {

Task<wire::OffsetDeleteResponse> handle_offset_delete(Call& call,
                                                      wire::OffsetDeleteRequest request);

}  // namespace tenon::handlers
