// SPDX-License-Identifier: Apache-2.0
//
// What the requests of the classic protocol come to in a consumer group (KIP-848, online
// migration): the member speaks of generations where the group counts epochs, joins where others
// heartbeat, and is told of its assignment when it syncs. No member leads: an assignor of the
// broker decides.
//
// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>

#include "groups/assignment/consumer_protocol.h"
#include "groups/consumer/heartbeat.h"
#include "wire/groups/heartbeat.h"
#include "wire/groups/join_group.h"
#include "wire/groups/leave_group.h"
#include "wire/groups/sync_group.h"

namespace tenon::groups {

// A JoinGroup whose words have been read.
struct ClassicJoin {
  RequestInfo info;
  wire::JoinGroupRequest request;  // member_id: the one that it joins with
  Subscription subscription;
  bool has_new_id = false;  // it came without an id, and was given one
};

// INCONSISTENT_GROUP_PROTOCOL if it is no consumer, speaks no protocol that the others do, or says
// what cannot be read.
Decision<ClassicJoin> read_join(const GroupView& view, RequestInfo info,
                                wire::JoinGroupRequest request, const metadata::Image& image);

// The words of the member; raises the epoch where that concerns others. UNKNOWN_MEMBER_ID,
// FENCED_INSTANCE_ID, GROUP_MAX_SIZE_REACHED.
Decision<Subscribed> subscribe(const GroupView& view, const ClassicJoin& join);

// What it still has of what it was given, as far as its words say so.
Partitions owned_by(const ConsumerMember& member, const Subscription& subscription);

wire::JoinGroupResponse join_response(const ConsumerMember& member, const MemberProgress& progress);

// The member, or why its request is refused: UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID,
// ILLEGAL_GENERATION.
Decision<const ConsumerMember*> find_classic(const GroupView& view, const std::string& member_id,
                                             const std::optional<std::string>& instance_id,
                                             std::optional<int32_t> generation);

// Must the member join again, to give something up or to get something?
bool must_join(const ConsumerGroup& group, const ConsumerMember& member);

}  // namespace tenon::groups
