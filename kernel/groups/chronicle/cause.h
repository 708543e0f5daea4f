// SPDX-License-Identifier: Apache-2.0
//
// Why a group rebalances, and why a member is evicted from it: one list for both protocols, which
// logs, metrics and `tenon group explain` have in common. Pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tenon::groups {

enum class Cause {
  kMemberJoined,
  kMemberLeft,
  kSessionExpired,        // silent for its session timeout
  kDidNotJoin,            // not back with the others before the rebalance timeout
  kDidNotSync,            // has joined and not fetched its assignment
  kDidNotRevoke,          // still holds what another member is to have
  kSubscriptionChanged,   // a member wants other topics
  kTopicsChanged,         // topics or partitions have come or gone
  kPartitionsGivenUp,     // the second step of a cooperative rebalance
  kLeaderRejoined,        // with nothing new to say: it saw what the broker did not
  kAssignorChanged,       // another assignor, or another protocol of a classic group
  kProtocolChanged,       // from the classic to the consumer protocol or back
  kStaticMemberReturned,  // under a new member id
  kGroupTooLarge,         // group.max.size
  kAdministrator,         // somebody asked for it who is no member
  kWriteFailed,           // what was decided could not be written to the log
};

inline constexpr size_t kCauses = static_cast<size_t>(Cause::kWriteFailed) + 1;

// For labels and JSON: "session_expired". Never changes.
std::string_view to_string(Cause cause);
// What happened, as the end of a sentence: "a member was silent for its session timeout".
std::string_view in_words(Cause cause);
Cause cause_at(size_t index);

// What sets a rebalance off. The texts live as long as the call that they are given to.
struct Reason {
  Cause cause;
  std::string_view member_id{};  // "" = no member's doing
  std::string_view detail{};     // what a client or an administrator said of it

  // "a member joins: consumer-1-7d6f: rolling upgrade"
  std::string text() const;
};

// How often each has happened.
struct CauseCounts {
  std::array<uint64_t, kCauses> by_cause{};

  void add(Cause cause) { ++by_cause[static_cast<size_t>(cause)]; }
  uint64_t of(Cause cause) const { return by_cause[static_cast<size_t>(cause)]; }
  void add(const CauseCounts& others);
};

}  // namespace tenon::groups
