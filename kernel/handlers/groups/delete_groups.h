// SPDX-License-Identifier: Apache-2.0
//
// DeleteGroups: groups without members, with their offsets.
#pragma once

#include "handlers/call.h"
#include "wire/groups/delete_groups.h"

namespace tenon::handlers {

Task<wire::DeleteGroupsResponse> handle_delete_groups(Call& call,
                                                      wire::DeleteGroupsRequest request);

}  // namespace tenon::handlers
