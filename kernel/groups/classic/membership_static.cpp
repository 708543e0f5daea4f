// SPDX-License-Identifier: Apache-2.0
//
// KIP-345: a static member that starts again comes without a member id. It takes the place of its
// former self under a new id; a stable group goes on without a rebalance, once the change of ids is
// in the log.

#include "base/log.h"
#include "groups/append_errors.h"
#include "groups/classic/membership.h"

namespace tenon::groups {

using wire::ErrorCode;

void Membership::replace_static(Group& group, JoinCall& call, const std::string& new_id) {
  Member& member = *group.find(*group.static_member(*call.request.group_instance_id));
  log_info("group {}: static member {} comes back as {}", group.id(), member.id, new_id);
  const auto cause = cause_of_replacement(group, member, call);
  if (!cause) return replace_in_log(group, member, call, new_id);
  replace_in_round(group, member, call, new_id);
  rebalance_.prepare_or_complete(group, {*cause, new_id});
}

// Why the group cannot go on as it is; nothing if it can.
std::optional<Cause> Membership::cause_of_replacement(Group& group, Member& member,
                                                      const JoinCall& call) const {
  // While completing, the old id may already have gone to the leader, so the assignment would miss
  // the new one.
  if (!group.is(GroupState::kStable)) return Cause::kStaticMemberReturned;
  if (group.select_protocol_if(member, call.request.protocols) != group.protocol_name()) {
    return Cause::kAssignorChanged;
  }
  // The new process holds nothing of what its former self was waited for.
  if (assigned_.withholds(group)) return Cause::kPartitionsGivenUp;
  return std::nullopt;
}

void Membership::replace_in_round(Group& group, Member& member, JoinCall& call,
                                  const std::string& new_id) {
  // Whoever still waits under the old id is the same instance running twice.
  group.answer_join(member, join_error(member.id, ErrorCode::kFencedInstanceId));
  rebalance_.answer_sync(group, member, sync_error(ErrorCode::kFencedInstanceId));
  group.replace_static(std::string(member.id), new_id);
  member.client_id = call.info.client_id;
  member.client_host = call.info.client_host;
  member.is_new = false;  // it is watched by its session, not by the long first join
  update_member(group, member, call);
  rebalance_.start_session(group, member);
}

void Membership::replace_in_log(Group& group, const Member& member, JoinCall& call,
                                const std::string& new_id) {
  const std::string leader = group.leader().value_or("");
  wire::GroupMetadataValue value =
      generation_value(group, current_assignments(group), parts_.now_ms());
  if (group.is_leader(member.id)) value.leader = new_id;
  for (auto& saved : value.members) {
    if (saved.member_id != member.id) continue;
    saved.member_id = new_id;
    saved.client_id = call.info.client_id;
    saved.client_host = call.info.client_host;
    saved.rebalance_timeout = call.rebalance_timeout_ms();
    saved.session_timeout = call.request.session_timeout_ms;
    saved.subscription = metadata_of(call.request.protocols, value.protocol.value_or(""));
  }
  turns_.decide(group_record(group.id(), std::move(value)),
                [this, leader, new_id, call = std::move(call)](Group& replaced,
                                                               const Result<>& written) mutable {
                  if (written) return on_replaced(replaced, *replaced.find(new_id), call, leader);
                  wire::JoinGroupResponse answer =
                      join_error("", group_write_error(written.error()));
                  answer.generation_id = replaced.generation();
                  call.reply.send(std::move(answer));
                });
}

void Membership::on_replaced(Group& group, Member& member, JoinCall& call,
                             const std::string& old_leader) {
  group.set_protocols(member, std::move(call.request.protocols));
  member.is_new = false;
  rebalance_.start_session(group, member);
  wire::JoinGroupResponse answer = join_answer(group, member);
  if (call.can_skip_assignment()) {
    answer.skip_assignment = group.is_leader(member.id);
  } else {
    // An old client would assign anew if it were told that it leads; so it is told of the id that
    // it had before.
    answer.leader = old_leader;
    answer.members.clear();
  }
  call.reply.send(std::move(answer));
}

}  // namespace tenon::groups
