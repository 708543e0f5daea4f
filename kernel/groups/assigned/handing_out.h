// SPDX-License-Identifier: Apache-2.0
//
// The two steps of cooperative rebalancing (KIP-429), as the broker takes them: what another member
// may still be reading is withheld until that member has let go of it and joined again.
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <vector>

#include "groups/assignment/partitions.h"

namespace tenon::groups {

// Of each member, in one order.
struct Holdings {
  std::vector<Partitions> held;  // what it may be reading, so that nobody else can be given it
  std::vector<Partitions> own;   // that of it which it can be left with; see settle_claims()
  std::vector<bool> away;        // it has not come back for this generation
};

struct HandingOut {
  struct Wait {
    size_t member;  // that is to get it
    IdPartition partition;
    size_t holder;  // that may still be reading it
  };
  std::vector<Partitions> given;  // by member
  std::vector<Wait> waits;
  size_t withheld = 0;  // partitions that nobody is given now, and somebody is to get
};

// What each member can be left with of what it holds. Two may hold one partition, if one of them
// still claims what it has lost by being fenced, as old Java clients do: then it is of the one that
// the latest generation gave it to, by `last_given`; of none if that is neither, or both.
std::vector<Partitions> settle_claims(const std::vector<Partitions>& held,
                                      const std::vector<Partitions>& last_given);

// Of `target`, what each member can be given now: its own, and what nobody holds. What is withheld
// and is the own of a member that is away is left to that member: so the log remembers that it may
// be reading it, until it comes back or is given up.
HandingOut hand_out(const std::vector<Partitions>& target, const Holdings& holdings);

}  // namespace tenon::groups
