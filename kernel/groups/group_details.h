// SPDX-License-Identifier: Apache-2.0
//
// All that a coordinator can say of one group, for people: who has what and why, what is waited
// for, and what happened lately. A copy, made on the coordinator's thread; decides nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "groups/assigned/report.h"
#include "groups/chronicle/rebalance_note.h"
#include "groups/table/group.h"
#include "metadata/image.h"

namespace tenon::groups {

struct MemberDetails {
  std::string id;
  std::string instance_id;  // "" = not static
  std::string client_id;
  std::string client_host;
  std::string protocol;  // that it speaks: "consumer" or "classic"
  int32_t epoch = 0;     // or the group's generation
  std::vector<std::string> topics;
  std::string regex;
  std::vector<TopicPartition> holds;
  // What it is to give up, and has not yet said that it did.
  std::vector<TopicPartition> gives_up;
  // What it is to have, and who still has it.
  struct Awaited {
    TopicPartition partition;
    std::string from;
  };
  std::vector<Awaited> awaits;
  // What the group waits for it to do: "join", "sync", "revoke", "heartbeat" (it has not heard of
  // the newest assignment), or "".
  std::string pending;
  int64_t timeout_ms = 0;          // after which it is removed if it does not
  int64_t session_timeout_ms = 0;  // of silence, after which it is removed; 0 = the group's
};

struct GroupDetails {
  std::string id;
  std::string type;
  std::string state;
  int32_t epoch = 0;             // or generation
  int32_t assignment_epoch = 0;  // of consumer groups
  std::string assignor;          // or the protocol that the members have chosen
  std::string leader;            // of classic groups
  std::string problem;           // why there is no newer assignment
  std::vector<MemberDetails> members;
  std::vector<RebalanceNote> rebalances;  // oldest first
  std::optional<AssignedReport> assigned;
};

// What the group itself knows; without its rebalances and reports.
GroupDetails details_of(const Group& group, const metadata::Image& image);
// Who waits for whom in a classic group that an assignor of the broker decides for.
void add_waits(GroupDetails& shown, const AssignedReport& report);

}  // namespace tenon::groups
