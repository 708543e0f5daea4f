// SPDX-License-Identifier: Apache-2.0
//
// Who is in a group: the classic protocol's join, sync, heartbeat and leave, and the timers behind
// them. The rules are Apache Kafka's, error for error.
//
//   JoinGroup   parked until the join phase ends: all known members have joined, or the longest
//               rebalance timeout is over; a group that was empty waits the initial delay instead
//   SyncGroup   parked until the leader's assignment is in the log
//   session     a member that is silent for its session timeout is removed, unless it is parked
//   sync timer  members that have joined and never sync are removed after the rebalance timeout
//
//   membership_join.cpp     JoinGroup of dynamic members
//   membership_static.cpp   a static member that comes back under a new id (KIP-345)
//   membership_sync.cpp     SyncGroup and storing the assignment
//   membership.cpp          heartbeat, leave, sessions
//   rebalance.h             the phases
//   ../assigned/            groups whose assignment is made here, not by their leader
//
// Threads: the coordinator's scheduler. Requests and timers take their turn at the group
// (turns/turns.h), but for Heartbeat, which only looks and is not kept waiting.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "groups/classic/rebalance.h"
#include "groups/group_config.h"
#include "groups/request_info.h"
#include "groups/table/group_table.h"
#include "groups/table/reply.h"
#include "wire/api.h"
#include "wire/groups/heartbeat.h"
#include "wire/groups/join_group.h"
#include "wire/groups/leave_group.h"
#include "wire/groups/sync_group.h"

namespace tenon::groups {

// A JoinGroup on its way; whoever answers it takes the reply.
struct JoinCall {
  RequestInfo info;
  wire::JoinGroupRequest request;
  int16_t version;
  Reply<wire::JoinGroupResponse> reply;

  // From version 4 a new dynamic member must come back with the id it was given (KIP-394).
  bool needs_known_member_id() const { return version >= 4; }
  // From version 9 a leader can be told not to compute an assignment (KIP-814).
  bool can_skip_assignment() const { return version >= 9; }
  // Version 0 has one timeout for both.
  int32_t rebalance_timeout_ms() const {
    return request.rebalance_timeout_ms < 0 ? request.session_timeout_ms
                                            : request.rebalance_timeout_ms;
  }
};

class Membership {
 public:
  explicit Membership(const CoordinatorParts& parts);

  // The group id and the session timeout have been checked. A reply that is dropped means that the
  // coordinator has ended.
  void join(JoinCall call);
  void sync(wire::SyncGroupRequest request, Reply<wire::SyncGroupResponse> reply);
  wire::ErrorCode heartbeat(const wire::HeartbeatRequest& request);
  // Per member, in the request's order, or one error for the whole group.
  Task<wire::LeaveGroupResponse> leave(wire::LeaveGroupRequest request);
  // A commit shows that the member lives.
  void on_offset_commit(Group& group, std::string_view member_id);

  // A new id for a client: its own name, or that of its instance, and a random part.
  std::string new_member_id(const RequestInfo& info, const std::optional<std::string>& instance_id);

  // KIP-848, online migration; in the group's turn. While the group is being written down as a
  // consumer group nothing is parked and nobody is watched; if that fails, it goes on where it was.
  void begin_migration(Group& group);
  void give_up_migration(Group& group);
  // The group was a consumer group until now: its members are to join.
  void on_downgraded(Group& group);

  // Groups whose assignment is made here, not by their leader.
  BrokerAssignment& assigned() { return assigned_; }
  const BrokerAssignment& assigned() const { return assigned_; }

  // After a load: every member gets a session.
  void on_loaded();
  // Answers everything that is parked with NOT_COORDINATOR and ends all groups.
  void on_stopped();
  Task<void> drained() { return turns_.drained(); }

 private:
  // The first member that a LeaveGroup took out.
  struct Departure {
    std::string member_id;
    Cause cause;
    std::string reason;
  };

  // membership_join.cpp
  void decide_join(Group* group, JoinCall& call);
  bool accepts(const Group& group, std::string_view member_id) const;
  void refuse_at_capacity(Group& group, JoinCall& call);
  void join_new(Group& group, JoinCall& call);
  void join_existing(Group& group, JoinCall& call);
  void rejoin(Group& group, Member& member, JoinCall& call);
  void hand_out_id(Group& group, JoinCall& call, const std::string& member_id);
  std::shared_ptr<const void> charge_pending(const Group& group, const std::string& member_id);
  void expire_pending(Group& group, const std::string& member_id);
  void add_member(Group& group, JoinCall& call, const std::string& member_id);
  void update_member(Group& group, Member& member, JoinCall& call);
  void note_arrival(const Group& group, const Member& member);
  void update_then_rebalance(Group& group, Member& member, JoinCall& call);

  // membership_static.cpp
  void replace_static(Group& group, JoinCall& call, const std::string& new_id);
  std::optional<Cause> cause_of_replacement(Group& group, Member& member,
                                            const JoinCall& call) const;
  void replace_in_round(Group& group, Member& member, JoinCall& call, const std::string& new_id);
  void replace_in_log(Group& group, const Member& member, JoinCall& call,
                      const std::string& new_id);
  void on_replaced(Group& group, Member& member, JoinCall& call, const std::string& old_leader);

  // membership_sync.cpp
  void decide_sync(Group* group, const wire::SyncGroupRequest& request,
                   Reply<wire::SyncGroupResponse>& reply);
  wire::ErrorCode validate_sync(const Group& group, const wire::SyncGroupRequest& request) const;
  void park_sync(Group& group, Member& member, Reply<wire::SyncGroupResponse> reply);
  void take_assignment(Group& group, const wire::SyncGroupRequest& request);

  // membership.cpp
  wire::LeaveGroupResponse decide_leave(Group* group, const wire::LeaveGroupRequest& request);
  wire::ErrorCode leave_one(Group& group, const wire::LeaveGroupRequest::MemberIdentity& identity,
                            std::optional<Departure>& departed);

  const CoordinatorParts& parts_;
  Turns turns_;
  BrokerAssignment assigned_;
  Rebalance rebalance_;
  // What the pending ids of all groups take; shared with those who give it back.
  std::shared_ptr<size_t> pending_bytes_ = std::make_shared<size_t>(0);
};

}  // namespace tenon::groups
