// SPDX-License-Identifier: Apache-2.0
//
// The consumer groups of one coordinator (KIP-848): a heartbeat at a time, and what time itself
// brings. The rules are in heartbeat.h and reconcile.h; here is when they are asked, what is
// written, and who is answered when.
//
//   heartbeat   turn -> subscribe -> log -> (a target is made) -> turn -> advance -> log -> answer
//   session     a member that is silent for its session timeout is removed
//   revocation  one that does not give up what it must, within its rebalance timeout, too
//   topics      of a group that reads what has changed, the target is made anew
//   migration   a classic group becomes a consumer group with the first member of that protocol,
//               and a classic one again without the last
//
// Every decision is made on what is committed, and has its turn: no two on one group overlap.
//
// Threads: the coordinator's scheduler. Lifetime: on_stopped, then await drained().
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log_limiter.h"
#include "groups/consumer/heartbeat.h"
#include "groups/consumer/target_maker.h"
#include "groups/consumer/topic_watch.h"
#include "groups/coordinator_parts.h"
#include "groups/migration/classic_requests.h"
#include "groups/turns/running.h"
#include "metadata/changes.h"
#include "wire/groups/consumer_group_describe.h"
#include "wire/groups/consumer_group_heartbeat.h"

namespace tenon::groups {

class Membership;

class ConsumerGroups {
 public:
  ConsumerGroups(const CoordinatorParts& parts, Membership& membership);

  Task<wire::ConsumerGroupHeartbeatResponse> heartbeat(Heartbeat heartbeat);
  wire::ConsumerGroupDescribeResponse::DescribedGroup describe(const std::string& group_id) const;

  // Which assignor decides, and why it did not when it was last asked ("" if it did).
  std::string assignor_of(const ConsumerGroup& group) const { return targets_.assignor_of(group); }
  std::string problem(const std::string& group_id) const { return targets_.problem(group_id); }

  // Requests of the classic protocol to a consumer group (consumer_groups_classic.cpp). Nothing, if
  // the group is none, or has just become a classic one: then it is for classic/ to answer.
  bool has(std::string_view group_id) const;
  Task<std::optional<wire::JoinGroupResponse>> join(RequestInfo info,
                                                    wire::JoinGroupRequest request,
                                                    int16_t version);
  Task<std::optional<wire::SyncGroupResponse>> sync(wire::SyncGroupRequest request);
  Task<std::optional<wire::HeartbeatResponse>> classic_heartbeat(wire::HeartbeatRequest request);
  Task<std::optional<wire::LeaveGroupResponse>> leave(wire::LeaveGroupRequest request);

  // After a load: every member gets a session, and topics are looked at again.
  void on_loaded();
  void on_image(const metadata::Changes& changes);
  // Another plugin assigns under this name now.
  void on_assignor_swapped(std::string_view name);
  // Answers who waits for a target. Requests that come now are refused by the log.
  void on_stopped();
  Task<void> drained() { return running_.drained(); }

 private:
  enum class Silence { kSession, kRevocation, kClassic };

  Task<Decision<bool>> subscribe(const Heartbeat& heartbeat);
  Task<Decision<wire::ConsumerGroupHeartbeatResponse>> advance(const Heartbeat& heartbeat);
  Task<Decision<wire::ConsumerGroupHeartbeatResponse>> say_goodbye(const Heartbeat& heartbeat);
  Task<void> expire(std::string group_id, std::string member_id, Silence silence);

  static bool is_heard_of(const ConsumerMember& member, Silence silence);
  static Cause cause_of(Concern concern);
  static Cause cause_of(Silence silence);
  void on_changed(const std::string& group_id, const Reason& reason);
  void on_advanced(const std::string& group_id, const std::string& member_id);

  Decision<GroupView> open(const Heartbeat& heartbeat, Records& before) const;
  GroupView view_of(const Group& group) const;
  std::optional<MemberProgress> progress_of(const Heartbeat& heartbeat) const;
  void warn_of(const Heartbeat& heartbeat, const Refusal& refusal);
  Task<Decision<void>> commit(Records records) const;
  void watch(const std::string& group_id, const std::string& member_id, bool moved = false);
  void start_session(const std::string& group_id, ConsumerMember& member);

  // consumer_groups_classic.cpp
  struct Departure {
    std::string member_id;
    bool removed;  // by an administrator
    std::string reason;
  };
  void note_departure(const std::string& group_id, const Departure& departure);
  Task<Decision<bool>> upgrade_if_due(const Heartbeat& heartbeat);
  Task<Decision<void>> upgrade(Group& group);
  Task<void> downgrade_if_due(std::string group_id, int32_t generation);
  bool may_upgrade(const Group& group) const;
  bool has_room(const Group& group, const Heartbeat& heartbeat) const;
  Task<Decision<void>> drop_if_empty(std::string group_id);
  Task<Decision<bool>> subscribe_classic(RequestInfo info, wire::JoinGroupRequest& request,
                                         bool has_new_id);
  Task<wire::JoinGroupResponse> advance_classic(const wire::JoinGroupRequest& request);
  void await_classic(const std::string& group_id, ConsumerMember& member);
  const Group* find(std::string_view group_id) const;

  const CoordinatorParts& parts_;
  Membership& membership_;
  const ConsumerGroup blank_;  // stands for a group that is not there yet
  Running running_;
  LogLimiter warnings_;
  TargetMaker targets_;
  TopicWatch watch_;
};

}  // namespace tenon::groups
