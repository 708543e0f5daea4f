// SPDX-License-Identifier: Apache-2.0
//
// Looking at groups without changing them: DescribeGroups, ListGroups, and what metrics show. Pure
// functions over the table; the coordinator's thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "groups/table/group_table.h"
#include "wire/groups/describe_groups.h"
#include "wire/groups/list_groups.h"

namespace tenon::groups {

// All that this coordinator keeps are of Kafka's type "classic" (KIP-848 adds others).
inline constexpr std::string_view kClassicGroupType = "classic";

// An unknown group is "Dead". What members said and were assigned is shown in Stable only.
wire::DescribeGroupsResponse::DescribedGroup describe(const GroupTable& table,
                                                      const std::string& group_id);
// Filters compare without regard to case; an empty filter passes everything.
std::vector<wire::ListGroupsResponse::ListedGroup> list(const GroupTable& table,
                                                        const wire::ListGroupsRequest& request);

}  // namespace tenon::groups
