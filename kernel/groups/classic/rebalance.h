// SPDX-License-Identifier: Apache-2.0
//
// The phases of a rebalance: prepare (everybody is to join), complete (a generation with a leader),
// settle (its assignment is decided, written and told), and the removal of members, which starts
// the next one. Who has joined, who waits and whose time runs is known here alone; the assignment,
// and that nobody is left, become true with their record.
//
// One thread; all is called in the group's turn. A Group given to these functions lives at least
// until they return.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "groups/assigned/broker_assignment.h"
#include "groups/chronicle/chronicle.h"
#include "groups/coordinator_parts.h"
#include "groups/turns/turns.h"
#include "wire/api.h"

namespace tenon::groups {

// What a member is told of the group as it is now; only the leader is told of the members.
wire::JoinGroupResponse join_answer(const Group& group, const Member& member);
wire::JoinGroupResponse join_error(std::string_view member_id, wire::ErrorCode code);
wire::SyncGroupResponse sync_answer(const Group& group, const Member& member);
wire::SyncGroupResponse sync_error(wire::ErrorCode code);

class Rebalance {
 public:
  Rebalance(const CoordinatorParts& parts, Turns& turns, BrokerAssignment& assigned)
      : parts_(parts), turns_(turns), assigned_(assigned) {}

  // Starts a rebalance where the state allows one; else ends the join phase if this was all that it
  // waited for.
  void prepare_or_complete(Group& group, const Reason& reason);
  void prepare(Group& group, const Reason& reason);
  void complete_if_all_joined(Group& group);

  // Goes on with a join or a sync phase whose timers were stopped, and whose members were answered.
  void resume(Group& group);

  // The assignment of the generation is decided: it is written, and those who wait for it are
  // answered. If it cannot be written the group begins again.
  void settle(Group& group, const Assignments& assignments);
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
  void wait_for_all(Group& group);
  void wait(Group& group, std::chrono::milliseconds delay,
            std::move_only_function<void(Group&)> act);
  void extend_or_complete(Group& group, int64_t delay_ms, int64_t remaining_ms);
  void complete(Group& group);
  void drop_not_joined(Group& group);
  void write_empty_generation(Group& group);
  void announce_generation(Group& group);
  void propagate(Group& group);
  void propagate_error(Group& group, wire::ErrorCode code);
  void expire_syncs(Group& group);
  void expire_session(Group& group, const std::string& member_id);

  const CoordinatorParts& parts_;
  Turns& turns_;
  BrokerAssignment& assigned_;
};

}  // namespace tenon::groups
