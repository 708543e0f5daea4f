// SPDX-License-Identifier: Apache-2.0
//
// ListGroups: the groups of every coordinator of this broker.
#pragma once

#include "handlers/call.h"
#include "wire/groups/list_groups.h"

namespace tenon::handlers {

Task<wire::ListGroupsResponse> handle_list_groups(Call& call, wire::ListGroupsRequest request);

}  // namespace tenon::handlers
