// SPDX-License-Identifier: Apache-2.0
//
// How a classic group is decided on: one event at a time, and what is decided is in the log before
// the next event is looked at.
//
//   take     waits for the group's turn, and lets `act` look at the group
//   decide   from inside an act: the record that makes it so
//   settled  the record has been replayed, or could not be written; still in the same turn
//
// So what a record says of a group becomes true by its replay, and only by that; an answer that
// rests on it is given in `settled`. What no record speaks of changes at once: who has joined the
// round under way, whose request is parked, whose session runs.
//
// One thread. Groups are known by id: between two turns a group may go, or become another type.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/task.h"
#include "groups/coordinator_parts.h"
#include "groups/turns/running.h"

namespace tenon::groups {

class Turns {
 public:
  explicit Turns(const CoordinatorParts& parts) : parts_(parts) {}

  // Does `act` when it is the group's turn, and is through when what it decided is settled. The
  // group may be null, Dead or a consumer group. Once the coordinator is no longer active acts are
  // dropped undone.
  using Act = std::move_only_function<void(Group*)>;
  Task<void> take(std::string group_id, Act act);
  // For what happens to a group by itself: a timer, an assignor's answer. Done only if there is a
  // living classic group then.
  void queue(std::string group_id, std::move_only_function<void(Group&)> act);

  // One record of the group that this turn is for. `settled` is told whether it is in the log; it
  // may decide once more. It is dropped if the group has ended meanwhile.
  using Settled = std::move_only_function<void(Group&, const Result<>& written)>;
  void decide(statemachine::Record record, Settled settled);

  // Answered when no turn is under way any more. Once, after the runtime was stopped.
  Task<void> drained() { return running_.drained(); }

 private:
  struct Decision {
    statemachine::Record record;
    Settled settled;
  };
  Task<void> settle(const std::string& group_id, Decision decision);

  const CoordinatorParts& parts_;
  Running running_;
  std::optional<Decision> decision_;  // of the act that runs now
};

}  // namespace tenon::groups
