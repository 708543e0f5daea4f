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

// A replacement on its way into the log, with what is needed to take it back.
struct Membership::Replacement {
  std::string group_id;
  int32_t generation;
  std::string old_id;
  std::string new_id;
  std::vector<Protocol> old_protocols;
  int32_t old_rebalance_timeout_ms;
  int32_t old_session_timeout_ms;
  std::string old_leader;
  bool can_skip_assignment;
};

void Membership::replace_static(Group& group, JoinCall& call, const std::string& new_id) {
  const std::string old_id = *group.static_member(*call.request.group_instance_id);
  Member& old_member = *group.find(old_id);
  Replacement replacement{.group_id = group.id(),
                          .generation = group.generation(),
                          .old_id = old_id,
                          .new_id = new_id,
                          .old_protocols = old_member.protocols,
                          .old_rebalance_timeout_ms = old_member.rebalance_timeout_ms,
                          .old_session_timeout_ms = old_member.session_timeout_ms,
                          .old_leader = group.leader().value_or(""),
                          .can_skip_assignment = call.can_skip_assignment()};
  log_info("group {}: static member {} comes back as {}", group.id(), old_id, new_id);
  fence(group, old_member);
  Member& member = group.replace_static(old_id, new_id);
  member.client_id = call.info.client_id;
  member.client_host = call.info.client_host;
  member.is_new =
      false;  // a restarted client is watched by its session, not by the long first join
  update_member(group, member, call);
  rebalance_.start_session(group, member);
  if (!group.is(GroupState::kStable)) {
    // While completing, the old id may already have gone to the leader, so the assignment would
    // miss the new one.
    return rebalance_.prepare_or_complete(group, {Cause::kStaticMemberReturned, new_id});
  }
  if (group.select_protocol() != group.protocol_name()) {
    return rebalance_.prepare_or_complete(group, {Cause::kAssignorChanged, new_id});
  }
  if (assigned_.withholds(group)) {
    // The new process holds nothing of what its former self was waited for.
    return rebalance_.prepare_or_complete(group, {Cause::kPartitionsGivenUp, new_id});
  }
  store_replacement(group, std::move(replacement));
}

// Whoever still waits under the old id is the same instance running twice.
void Membership::fence(Group& group, Member& member) {
  group.answer_join(member, join_error(member.id, ErrorCode::kFencedInstanceId));
  rebalance_.answer_sync(group, member, sync_error(ErrorCode::kFencedInstanceId));
}

void Membership::store_replacement(Group& group, Replacement replacement) {
  std::vector<statemachine::Record> records;
  records.push_back(group_record(group, current_assignments(group)));
  parts_.runtime.write(std::move(records), [this, replacement = std::move(replacement)](
                                               const Result<Offset>& result) mutable {
    on_replacement_stored(std::move(replacement), result);
  });
}

void Membership::on_replacement_stored(Replacement replacement, const Result<Offset>& result) {
  Group* group = parts_.table.find(replacement.group_id);
  Member* member = group ? group->find(replacement.new_id) : nullptr;
  // If a rebalance has begun meanwhile the member is part of it and is answered with the others.
  if (!member || !member->awaiting_join || !group->is(GroupState::kStable) ||
      group->generation() != replacement.generation) {
    return;
  }
  if (!result) return revert_replacement(*group, replacement, result.error());
  wire::JoinGroupResponse answer = join_answer(*group, *member);
  if (replacement.can_skip_assignment) {
    answer.skip_assignment = group->is_leader(member->id);
  } else {
    // An old client would assign anew if it were told that it leads; so it is told of the id that
    // it had before.
    answer.leader = replacement.old_leader;
    answer.members.clear();
  }
  group->answer_join(*member, std::move(answer));
  rebalance_.start_session(*group, *member);
}

void Membership::revert_replacement(Group& group, Replacement& replacement, const Error& error) {
  Member& member = *group.find(replacement.new_id);
  wire::JoinGroupResponse answer = join_error("", group_write_error(error));
  answer.generation_id = group.generation();
  group.answer_join(member, std::move(answer));
  group.set_protocols(member, std::move(replacement.old_protocols));
  member.rebalance_timeout_ms = replacement.old_rebalance_timeout_ms;
  member.session_timeout_ms = replacement.old_session_timeout_ms;
  rebalance_.start_session(group, group.replace_static(replacement.new_id, replacement.old_id));
}

}  // namespace tenon::groups
