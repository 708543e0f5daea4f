// SPDX-License-Identifier: Apache-2.0

#include "groups/classic/membership.h"

namespace tenon::groups {
namespace {

using wire::ErrorCode;

// KIP-559: from version 5 a member says what it takes the protocol to be. Before the first
// generation a group has none that it could differ from.
bool differs(const std::optional<std::string>& claimed, const std::optional<std::string>& actual) {
  return claimed && actual && *claimed != *actual;
}

}  // namespace

void Membership::sync(wire::SyncGroupRequest request, Reply<wire::SyncGroupResponse> reply) {
  std::string group_id = request.group_id;
  spawn(turns_.take(std::move(group_id),
                    [this, request = std::move(request), reply = std::move(reply)](
                        Group* group) mutable { decide_sync(group, request, reply); }));
}

void Membership::decide_sync(Group* group, const wire::SyncGroupRequest& request,
                             Reply<wire::SyncGroupResponse>& reply) {
  if (!group) return reply.send(sync_error(ErrorCode::kUnknownMemberId));
  // It has just become one.
  if (group->consumer) return reply.send(sync_error(ErrorCode::kRebalanceInProgress));
  const ErrorCode error = validate_sync(*group, request);
  if (error != ErrorCode::kNone) return reply.send(sync_error(error));
  Member& member = *group->find(request.member_id);
  switch (group->state()) {
    case GroupState::kEmpty:
    case GroupState::kDead:
      return reply.send(sync_error(ErrorCode::kUnknownMemberId));
    case GroupState::kPreparingRebalance:
      return reply.send(sync_error(ErrorCode::kRebalanceInProgress));
    case GroupState::kCompletingRebalance:
      park_sync(*group, member, std::move(reply));
      if (group->is_leader(request.member_id)) {
        parts_.chronicles.of(group->id()).came(member.id);  // all others wait for it alone
        take_assignment(*group, request);
      }
      return;
    case GroupState::kStable:
      rebalance_.mark_synced(*group, member.id);
      rebalance_.start_session(*group, member);
      return reply.send(sync_answer(*group, member));
  }
}

ErrorCode Membership::validate_sync(const Group& group,
                                    const wire::SyncGroupRequest& request) const {
  if (group.is(GroupState::kDead)) return ErrorCode::kCoordinatorNotAvailable;
  const ErrorCode error = group.validate_member(request.member_id, request.group_instance_id);
  if (error != ErrorCode::kNone) return error;
  if (request.generation_id != group.generation()) return ErrorCode::kIllegalGeneration;
  if (differs(request.protocol_type, group.protocol_type()) ||
      differs(request.protocol_name, group.protocol_name())) {
    return ErrorCode::kInconsistentGroupProtocol;
  }
  return ErrorCode::kNone;
}

void Membership::park_sync(Group& group, Member& member, Reply<wire::SyncGroupResponse> reply) {
  // An earlier SyncGroup of the same member gives way to this one.
  rebalance_.answer_sync(group, member, sync_error(ErrorCode::kRebalanceInProgress));
  member.awaiting_sync.emplace(std::move(reply));
  rebalance_.mark_synced(group, member.id);
}

void Membership::take_assignment(Group& group, const wire::SyncGroupRequest& request) {
  Assignments assignments;
  for (const auto& each : request.assignments) {
    if (group.has(each.member_id)) assignments[each.member_id] = each.assignment;
  }
  if (!assigned_.take(group, assignments)) rebalance_.settle(group, assignments);
}

}  // namespace tenon::groups
