// SPDX-License-Identifier: Apache-2.0

#include "groups/table/group_queries.h"

#include <algorithm>

namespace tenon::groups {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool passes(const std::vector<std::string>& filter, std::string_view value) {
  if (filter.empty()) return true;
  return std::ranges::any_of(filter, [value](const std::string& wanted) {
    return std::ranges::equal(wanted, value, {}, lower, lower);
  });
}

}  // namespace

std::string_view type_of(const Group& group) {
  return group.consumer ? kConsumerGroupType : kClassicGroupType;
}

std::string_view state_name(const Group& group) {
  const bool consumer = group.consumer && !group.is(GroupState::kDead);
  return consumer ? group.consumer->state() : to_string(group.state());
}

std::string_view protocol_type_of(const Group& group) {
  if (group.consumer) return kConsumerProtocolType;
  return group.protocol_type() ? std::string_view(*group.protocol_type()) : "";
}

wire::DescribeGroupsResponse::DescribedGroup describe(const GroupTable& table,
                                                      const std::string& group_id) {
  wire::DescribeGroupsResponse::DescribedGroup described;
  described.group_id = group_id;
  const Group* group = table.find(group_id);
  if (!group || group->consumer) {
    described.group_state = to_string(GroupState::kDead);
    described.error_message =
        group ? "group " + group_id + " is not a classic group; ask with ConsumerGroupDescribe"
              : "there is no group " + group_id;
    return described;
  }
  described.group_state = to_string(group->state());
  described.protocol_type = group->protocol_type().value_or("");
  const bool stable = group->is(GroupState::kStable);
  if (stable) described.protocol_data = group->protocol_name().value_or("");
  for (const auto& [id, member] : group->members()) {
    auto& shown = described.members.emplace_back();
    shown.member_id = id;
    shown.group_instance_id = member->instance_id;
    shown.client_id = member->client_id;
    shown.client_host = member->client_host;
    if (!stable) continue;
    shown.member_metadata = member->metadata(described.protocol_data);
    shown.member_assignment = member->assignment;
  }
  return described;
}

std::vector<wire::ListGroupsResponse::ListedGroup> list(const GroupTable& table,
                                                        const wire::ListGroupsRequest& request) {
  std::vector<wire::ListGroupsResponse::ListedGroup> listed;
  for (const auto& [id, group] : table.groups()) {
    const std::string_view state = state_name(*group);
    const std::string_view type = type_of(*group);
    if (!passes(request.types_filter, type) || !passes(request.states_filter, state)) continue;
    listed.push_back({.group_id = id,
                      .protocol_type = std::string(protocol_type_of(*group)),
                      .group_state = std::string(state),
                      .group_type = std::string(type)});
  }
  return listed;
}

}  // namespace tenon::groups
