// SPDX-License-Identifier: Apache-2.0
//
// Classic groups whose partitions this broker assigns, by a plugin, in place of the group's leader
// (group config tenon.assignor), or beside it, to see the difference (tenon.assignor.shadow).
//
//   the join phase ends   members' words -> question -> assignor, on a worker
//   it answers            what nobody still reads is given (handing_out.h), stored, sent
//   members sync          parked until then; the leader's own assignment is kept, and not used
//
// The leader is never told to skip its work (KIP-814), though it mostly is for nothing: what it
// sends is all that there is to fall back on when the words of a member cannot be read, or the
// assignor fails, lies or is late, and by then it is too late to ask for it. A fallback is counted
// and told; the group goes on as if the config were not there.
//
// A shadow that is named, or exchanged, while a group runs is compared at once with what its
// members have: nobody has to disturb a group to see what an assignor would do with it.
//
// A group of which something is withheld is watched until it is through: whoever joins again starts
// the next generation, and so does the group's rebalance timeout if nobody does. So it is when the
// coordinator was loaded in the middle of that.
//
// One thread. Groups are known by id: an answer may come when the group has moved on, or has gone.
//
// Invariants
//   1. For one generation a decision is made once: by the assignor, or by the leader.
//   2. A job is there exactly for the groups that have members and name an assignor, or had named
//      one when their generation began.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/log_limiter.h"
#include "groups/assigned/group_words.h"
#include "groups/assigned/handing_out.h"
#include "groups/assigned/report.h"
#include "groups/chronicle/cause.h"
#include "groups/coordinator_parts.h"
#include "groups/group_settings.h"
#include "groups/table/group_records.h"
#include "groups/turns/turns.h"
#include "metadata/changes.h"

namespace tenon::groups {

class BrokerAssignment {
 public:
  // What is done with a group, at its turn.
  struct Doors {
    std::function<void(Group&, const Assignments&)> give;  // store, then answer
    std::function<void(Group&, const Reason&)> rebalance;
  };
  BrokerAssignment(const CoordinatorParts& parts, Turns& turns, Doors doors);
  ~BrokerAssignment();

  // A generation has begun, and nobody has been told of it yet.
  void begin(Group& group);
  // The generation is over: a rebalance has begun. Or nobody is left, and all is forgotten.
  void end(const Group& group);
  void forget(const Group& group);
  // What the leader sends. False: it is to be given; true: it is kept, the broker decides.
  bool take(const Group& group, const Assignments& from_leader);
  // Is there something that the group is to be given when it joins again?
  bool withholds(const Group& group) const;

  void on_loaded();
  // A group as it was loaded, or as it was before it was forgotten. It is not assigned anew for
  // that, unless it was in the middle of it.
  void take_up(const Group& group);
  void on_image(const metadata::Changes& changes);
  void on_assignor_swapped(std::string_view name);
  void on_stopped();

  // Nothing for a group that names no assignor.
  std::optional<AssignedReport> report(std::string_view group_id) const;
  const AssignedCounts& counts() const { return counts_; }

 private:
  struct Job;
  struct Alive {
    BrokerAssignment* self;
  };
  // Whom an answer is for.
  struct Ticket {
    std::string group_id;
    int32_t generation;
    std::string assignor;
    bool shadow;
  };

  static Task<void> ask(std::weak_ptr<Alive> alive, Ticket ticket, AssignmentInput question);
  GroupSettings settings_of_group(const std::string& group_id) const;
  Job& job_of(const std::string& group_id);
  Job* find(std::string_view group_id) const;
  void start_asking(Group& group, Job& job);
  void on_answer(Group& group, const Ticket& ticket, Result<Assignment> answer);
  void on_assigned(Group& group, Job& job, const std::vector<Partitions>& target);
  void on_shadow_answer(const std::string& group_id, Job& job, Result<Assignment> answer);
  static void note_waits(Job& job, const HandingOut& out);
  void watch(const Group& group, Job& job, size_t withheld);
  size_t missing(const Group& group) const;
  void on_unreadable(Group& group, Job& job, const Unreadable& unreadable);
  void fall_back(Group& group, Job& job, Fallback why, std::string problem);
  void give(Group& group, Job& job, const HandingOut& out);
  void note_leaders(const std::string& group_id, Job& job, const Assignments& from_leader);
  void compare_if_ready(const std::string& group_id, Job& job);
  void change_shadow(Group& group, const std::string& shadow);
  void ask_shadow(const Group& group, Job& job);
  void report_shadow(const std::string& group_id, Job& job, std::string problem);
  void on_deadline(Group& group);
  void rebalance(const std::string& group_id, Cause cause);

  const CoordinatorParts& parts_;
  Turns& turns_;
  Doors doors_;
  std::map<std::string, std::unique_ptr<Job>, std::less<>> jobs_;
  AssignedCounts counts_;
  LogLimiter warnings_;
  std::shared_ptr<Alive> alive_;
};

}  // namespace tenon::groups
