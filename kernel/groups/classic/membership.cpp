// SPDX-License-Identifier: Apache-2.0

#include "groups/classic/membership.h"

#include "base/log.h"

namespace tenon::groups {
namespace {

using wire::ErrorCode;

wire::LeaveGroupResponse leave_error(ErrorCode code) {
  wire::LeaveGroupResponse response;
  response.error_code = static_cast<int16_t>(code);
  return response;
}

// Of a group that is not there: each member of it is unknown.
wire::LeaveGroupResponse unknown_members(const wire::LeaveGroupRequest& request) {
  wire::LeaveGroupResponse response;
  for (const auto& identity : request.members) {
    response.members.push_back({.member_id = identity.member_id,
                                .group_instance_id = identity.group_instance_id,
                                .error_code = static_cast<int16_t>(ErrorCode::kUnknownMemberId)});
  }
  return response;
}

}  // namespace

Membership::Membership(const CoordinatorParts& parts)
    : parts_(parts),
      turns_(parts),
      assigned_(
          parts, turns_,
          {.give = [this](Group& group, const Assignments& all) { rebalance_.settle(group, all); },
           .rebalance =
               [this](Group& group, const Reason& reason) {
                 rebalance_.prepare_or_complete(group, reason);
               }}),
      rebalance_(parts, turns_, assigned_) {}

ErrorCode Membership::heartbeat(const wire::HeartbeatRequest& request) {
  Group* group = parts_.table.find(request.group_id);
  if (!group) return ErrorCode::kUnknownMemberId;
  if (group->is(GroupState::kDead)) return ErrorCode::kCoordinatorNotAvailable;
  const ErrorCode error = group->validate_member(request.member_id, request.group_instance_id);
  if (error != ErrorCode::kNone) return error;
  if (request.generation_id != group->generation()) return ErrorCode::kIllegalGeneration;
  if (group->migrating) return ErrorCode::kNone;
  rebalance_.start_session(*group, *group->find(request.member_id));
  return group->is(GroupState::kPreparingRebalance) ? ErrorCode::kRebalanceInProgress
                                                    : ErrorCode::kNone;
}

Task<wire::LeaveGroupResponse> Membership::leave(wire::LeaveGroupRequest request) {
  wire::LeaveGroupResponse response = leave_error(ErrorCode::kNotCoordinator);
  co_await turns_.take(request.group_id, [this, &request, &response](Group* group) {
    response = decide_leave(group, request);
  });
  co_return response;
}

wire::LeaveGroupResponse Membership::decide_leave(Group* group,
                                                  const wire::LeaveGroupRequest& request) {
  if (!group) return unknown_members(request);
  // It has just become a consumer group, or goes: the client tries again.
  if (group->is(GroupState::kDead) || group->consumer) {
    return leave_error(ErrorCode::kCoordinatorNotAvailable);
  }
  wire::LeaveGroupResponse response;
  std::optional<Departure> departed;
  for (const auto& identity : request.members) {
    const ErrorCode code = leave_one(*group, identity, departed);
    response.members.push_back({.member_id = identity.member_id,
                                .group_instance_id = identity.group_instance_id,
                                .error_code = static_cast<int16_t>(code)});
  }
  if (departed) {
    rebalance_.prepare_or_complete(*group,
                                   {departed->cause, departed->member_id, departed->reason});
  } else {
    rebalance_.complete_if_all_joined(*group);
  }
  return response;
}

ErrorCode Membership::leave_one(Group& group,
                                const wire::LeaveGroupRequest::MemberIdentity& identity,
                                std::optional<Departure>& departed) {
  const bool by_instance = identity.member_id.empty();
  std::string member_id = identity.member_id;
  if (by_instance) {
    // KIP-345: an administrator removes a static member by its instance id alone.
    const std::string* owner =
        identity.group_instance_id ? group.static_member(*identity.group_instance_id) : nullptr;
    if (!owner) return ErrorCode::kUnknownMemberId;
    member_id = *owner;
  } else if (group.is_pending(member_id)) {
    group.remove(member_id);
    return ErrorCode::kNone;
  }
  const ErrorCode error = group.validate_member(member_id, identity.group_instance_id);
  if (error != ErrorCode::kNone) return error;
  const std::string reason = identity.reason.value_or("");
  log_info("group {}: {} leaves: {}", group.id(), member_id,
           reason.empty() ? "no reason given" : reason);
  const Cause cause = by_instance ? Cause::kAdministrator : Cause::kMemberLeft;
  if (by_instance) {
    rebalance_.evict(group, member_id, cause);
  } else {
    rebalance_.remove_member(group, *group.find(member_id));
  }
  if (!departed) departed = {member_id, cause, reason};
  return ErrorCode::kNone;
}

void Membership::on_offset_commit(Group& group, std::string_view member_id) {
  if (!group.is(GroupState::kStable) && !group.is(GroupState::kPreparingRebalance)) return;
  if (group.migrating) return;
  if (Member* member = group.find(member_id)) rebalance_.start_session(group, *member);
}

void Membership::begin_migration(Group& group) {
  for (const auto& [member_id, member] : group.members()) {
    group.answer_join(*member, join_error(member_id, ErrorCode::kRebalanceInProgress));
    rebalance_.answer_sync(group, *member, sync_error(ErrorCode::kRebalanceInProgress));
    member->session.cancel();
  }
  group.join_timer.cancel();
  group.sync_timer.cancel();
  assigned_.forget(group);
  group.migrating = true;
}

void Membership::give_up_migration(Group& group) {
  group.migrating = false;
  for (const auto& [member_id, member] : group.members()) {
    member->is_new = false;
    rebalance_.start_session(group, *member);
  }
  assigned_.take_up(group);
  rebalance_.resume(group);
}

void Membership::on_downgraded(Group& group) {
  for (const auto& [member_id, member] : group.members()) rebalance_.start_session(group, *member);
  rebalance_.prepare(group, {Cause::kProtocolChanged});
}

void Membership::on_loaded() {
  assigned_.on_loaded();
  for (const auto& [id, group] : parts_.table.groups()) {
    for (const auto& [member_id, member] : group->members()) {
      rebalance_.start_session(*group, *member);
    }
    // group.max.size may have been lowered: those who join last will be refused.
    if (group->members().size() > static_cast<size_t>(parts_.config.max_size)) {
      rebalance_.prepare(*group, {Cause::kGroupTooLarge});
    }
  }
}

void Membership::on_stopped() {
  assigned_.on_stopped();
  for (const auto& [id, group] : parts_.table.groups()) {
    for (const auto& [member_id, member] : group->members()) {
      group->answer_join(*member, join_error(member_id, ErrorCode::kNotCoordinator));
      rebalance_.answer_sync(*group, *member, sync_error(ErrorCode::kNotCoordinator));
      member->session.cancel();
    }
    group->join_timer.cancel();
    group->sync_timer.cancel();
    group->drop_pending();
    group->transition_to(GroupState::kDead, parts_.now_ms());
  }
}

}  // namespace tenon::groups
