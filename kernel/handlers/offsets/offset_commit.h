// SPDX-License-Identifier: Apache-2.0
//
// OffsetCommit: refuses partitions that do not exist, hands the others to the group coordinator.
#pragma once

#include "handlers/call.h"
#include "wire/groups/offset_commit.h"

namespace tenon::handlers {

Task<wire::OffsetCommitResponse> handle_offset_commit(Call& call,
                                                      wire::OffsetCommitRequest request);

}  // namespace tenon::handlers
