// SPDX-License-Identifier: Apache-2.0
//
// FindCoordinator: which broker coordinates a group. Makes __consumer_offsets for the first one.
#pragma once

#include "handlers/call.h"
#include "wire/groups/find_coordinator.h"

namespace tenon::handlers {

Task<wire::FindCoordinatorResponse> handle_find_coordinator(Call& call,
                                                            wire::FindCoordinatorRequest request);

}  // namespace tenon::handlers
