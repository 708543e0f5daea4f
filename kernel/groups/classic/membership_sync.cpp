// SPDX-License-Identifier: Apache-2.0

#include "base/log.h"
#include "groups/append_errors.h"
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
  Group* group = parts_.table.find(request.group_id);
  if (!group) return reply.send(sync_error(ErrorCode::kUnknownMemberId));
  const ErrorCode error = validate_sync(*group, request);
  if (error != ErrorCode::kNone) return reply.send(sync_error(error));
  if (group->migrating) return reply.send(sync_error(ErrorCode::kRebalanceInProgress));
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
  if (!assigned_.take(group, assignments)) store_assignment(group, assignments);
}

void Membership::store_assignment(Group& group, const Assignments& assignments) {
  std::vector<statemachine::Record> records;
  records.push_back(group_record(group, assignments));
  parts_.runtime.write(std::move(records), [this, id = group.id(), generation = group.generation(),
                                            assignments](const Result<Offset>& result) {
    on_assignment_stored(id, generation, assignments, result);
  });
}

void Membership::on_assignment_stored(const std::string& group_id, int32_t generation,
                                      const Assignments& assignments,
                                      const Result<Offset>& result) {
  Group* group = parts_.table.find(group_id);
  // Somebody may have joined or left meanwhile; then this assignment is for nobody.
  if (!group || !group->is(GroupState::kCompletingRebalance) || group->generation() != generation) {
    return;
  }
  if (!result) {
    rebalance_.propagate_error(*group, group_write_error(result.error()));
    rebalance_.prepare_or_complete(*group, {Cause::kWriteFailed, "", result.error().text()});
    return;
  }
  group->transition_to(GroupState::kStable, parts_.now_ms());
  rebalance_.propagate(*group, assignments);
}

}  // namespace tenon::groups
