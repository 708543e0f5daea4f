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

// Kafka's types of groups.
inline constexpr std::string_view kClassicGroupType = "classic";
inline constexpr std::string_view kConsumerGroupType = "consumer";

// What a list shows of a group, whichever protocol it speaks.
std::string_view type_of(const Group& group);
std::string_view state_name(const Group& group);
std::string_view protocol_type_of(const Group& group);

// An unknown group, and one that is not classic, is "Dead", with a message and without an error.
// What members said and were assigned is shown in Stable only.
wire::DescribeGroupsResponse::DescribedGroup describe(const GroupTable& table,
                                                      const std::string& group_id);
// Filters compare without regard to case; an empty filter passes everything.
std::vector<wire::ListGroupsResponse::ListedGroup> list(const GroupTable& table,
                                                        const wire::ListGroupsRequest& request);

}  // namespace tenon::groups
