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

struct HandingOut {
  std::vector<Partitions> given;  // by member
  size_t withheld = 0;            // partitions that nobody is given now, and somebody is to get
};

// Of `target`, what each member can be given now: what it holds itself, and what nobody holds. What
// is withheld for the sake of a member that is away is left to that member: so the log remembers
// that it may be reading it, until it comes back or is given up. `held` and `away` are by member,
// too.
HandingOut hand_out(const std::vector<Partitions>& target, const std::vector<Partitions>& held,
                    const std::vector<bool>& away);

}  // namespace tenon::groups
