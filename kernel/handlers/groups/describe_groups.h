// SPDX-License-Identifier: Apache-2.0
//
// DescribeGroups: members, metadata and assignments of classic groups.
#pragma once

#include "handlers/call.h"
#include "wire/groups/describe_groups.h"

namespace tenon::handlers {

Task<wire::DescribeGroupsResponse> handle_describe_groups(Call& call,
                                                          wire::DescribeGroupsRequest request);

}  // namespace tenon::handlers
