// SPDX-License-Identifier: Apache-2.0
//
// A member of a consumer group (KIP-848): what it said of itself, where it stands on its way to the
// target, and the timers that watch it. All but the timers is what its records say.
//
// One thread; owned by its ConsumerGroup.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "groups/assignment/partitions.h"
#include "statemachine/timer.h"

namespace tenon::groups {

// Epochs that are words: to join, to leave, and to go away for a while (static members).
inline constexpr int32_t kJoinEpoch = 0;
inline constexpr int32_t kLeaveEpoch = -1;
inline constexpr int32_t kLeaveStaticEpoch = -2;

// Where a member stands; the numbers are those of the records.
enum class MemberState : int8_t {
  kStable = 0,                // has what it may have, at its epoch
  kUnrevokedPartitions = 1,   // is to give up partitions, and has not yet said that it did
  kUnreleasedPartitions = 2,  // waits for partitions that others still have
  kUnknown = 127,             // written by a later version
};

// KIP-848, online migration: what a member says that still speaks the classic protocol.
struct ClassicWords {
  struct Protocol {
    std::string name;
    Bytes metadata;
    bool operator==(const Protocol&) const = default;
  };
  int32_t session_timeout_ms = 0;
  std::vector<Protocol> protocols;  // its favourite first
  bool operator==(const ClassicWords&) const = default;
};

// What a member said of itself.
struct MemberWords {
  std::optional<std::string> instance_id;  // of a static member
  std::optional<std::string> rack_id;
  std::string client_id;
  std::string client_host;
  std::vector<std::string> topics;  // ascending, each once
  std::string regex;                // "" = none
  int32_t rebalance_timeout_ms = -1;
  std::optional<std::string> assignor;  // which it would like; null = it does not mind
  std::optional<ClassicWords> classic;  // set while it speaks the classic protocol

  bool operator==(const MemberWords&) const = default;
};

// Where a member stands on its way to the target.
struct MemberProgress {
  int32_t epoch = kJoinEpoch;
  // The answer that brought the last epoch may have been lost; then the member comes with this one.
  int32_t previous_epoch = kJoinEpoch;
  MemberState state = MemberState::kStable;
  Partitions assigned{};
  Partitions revoking{};  // still the member's, until it says that it has given them up

  bool operator==(const MemberProgress&) const = default;
};

struct ConsumerMember {
  ConsumerMember(std::string member_id, Scheduler& scheduler)
      : id(std::move(member_id)), session(scheduler), revocation(scheduler), classic(scheduler) {}

  const std::string id;
  MemberWords words;
  MemberProgress progress;

  statemachine::Timer session;     // ends a member that is silent
  statemachine::Timer revocation;  // ends one that does not give up what it must
  statemachine::Timer classic;     // ends one that is to join or to sync, and does not

  bool is_static() const { return words.instance_id.has_value(); }
  // A static member that went away and may come back.
  bool is_away() const { return progress.epoch == kLeaveStaticEpoch; }
  bool is_reconciled_to(int32_t target_epoch) const {
    return progress.state == MemberState::kStable && progress.epoch == target_epoch;
  }
};

}  // namespace tenon::groups
