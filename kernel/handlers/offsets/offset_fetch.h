// SPDX-License-Identifier: Apache-2.0
//
// OffsetFetch: one flat group up to version 7, many from version 8 (KIP-709).
#pragma once

#include "handlers/call.h"
#include "wire/groups/offset_fetch.h"

namespace tenon::handlers {

Task<wire::OffsetFetchResponse> handle_offset_fetch(Call& call, wire::OffsetFetchRequest request);

}  // namespace tenon::handlers
