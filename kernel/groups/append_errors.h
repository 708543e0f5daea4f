// SPDX-License-Identifier: Apache-2.0
//
// What a client is told when a group's records could not be written. Kafka's own mapping: what may
// pass is COORDINATOR_NOT_AVAILABLE (try again), what will not is NOT_COORDINATOR (look for
// another). Pure functions.
#pragma once

#include "base/error.h"
#include "wire/api.h"

namespace tenon::groups {

// For JoinGroup, SyncGroup, DeleteGroups, OffsetDelete.
wire::ErrorCode group_write_error(const Error& error);
// For OffsetCommit.
wire::ErrorCode offset_write_error(const Error& error);

}  // namespace tenon::groups
