// SPDX-License-Identifier: Apache-2.0
//
// OffsetForLeaderEpoch (KIP-101, KIP-320): where an epoch of the leader ended.
#pragma once

#include "handlers/call.h"
#include "wire/data/offset_for_leader_epoch.h"

namespace tenon::handlers {

Task<wire::OffsetForLeaderEpochResponse> handle_offset_for_leader_epoch(
    Call& call, wire::OffsetForLeaderEpochRequest request);

}  // namespace tenon::handlers
