// SPDX-License-Identifier: Apache-2.0
//
// The phases of a rebalance: prepare (everybody is to join), complete (a generation with a leader),
// propagate (the assignment), and the removal of members, which starts the next one.
//
// One thread. A Group given to these functions lives at least until they return.
#pragma once

#include <string_view>

#include "groups/assigned/broker_assignment.h"
#include "groups/chronicle/chronicle.h"
#include "groups/coordinator_parts.h"
#include "wire/api.h"

namespace tenon::groups {

// What a member is told of the group as it is now; only the leader is told of the members.
wire::JoinGroupResponse join_answer(const Group& group, const Member& member);
wire::JoinGroupResponse join_error(std::string_view member_id, wire::ErrorCode code);
wire::SyncGroupResponse sync_answer(const Group& group, const Member& member);
wire::SyncGroupResponse sync_error(wire::ErrorCode code);

class Rebalance {
 public:
  Rebalance(const CoordinatorParts& parts, BrokerAssignment& assigned)
      : parts_(parts), assigned_(assigned) {}

  // Starts a rebalance where the state allows one; else ends the join phase if this was all that it
  // waited for.
  void prepare_or_complete(Group& group, const Reason& reason);
  void prepare(Group& group, const Reason& reason);
  void complete_if_all_joined(Group& group);

  // Goes on with a join or a sync phase whose timers were stopped, and whose members were answered.
  void resume(Group& group);

  // Gives every member what `assignments` say and answers the parked SyncGroups.
  void propagate(Group& group, const Assignments& assignments);
  // Answers the parked SyncGroups with `code`. What the members were last given is still known, for
  // an assignor to be true to.
  void propagate_error(Group& group, wire::ErrorCode code);
  void answer_sync(Group& group, Member& member, wire::SyncGroupResponse response);

  // The member has synced in this generation; the wait ends with the last one.
  void mark_synced(Group& group, std::string_view member_id);

  // Answers what the member has parked with UNKNOWN_MEMBER_ID and takes it out. The caller sees to
  // the rebalance.
  void remove_member(Group& group, Member& member);
  // The same for a member that did not want to go.
  void evict(Group& group, std::string_view member_id, Cause why);

  // (Re)starts the session of a member; it is removed when `timeout_ms` have passed in silence.
  void start_session(Group& group, Member& member, int32_t timeout_ms);
  void start_session(Group& group, Member& member) {
    start_session(group, member, member.session_timeout_ms);
  }

 private:
  void wait_for_first_members(Group& group);
  void extend_or_complete(Group& group, int64_t delay_ms, int64_t remaining_ms);
  void complete(Group& group);
  void drop_not_joined(Group& group);
  void announce_generation(Group& group);
  void expire_syncs(Group& group);
  void expire_session(Group& group, std::string_view member_id);

  const CoordinatorParts& parts_;
  BrokerAssignment& assigned_;
};

}  // namespace tenon::groups
