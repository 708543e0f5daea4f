// SPDX-License-Identifier: Apache-2.0
//
// One step of a member towards its target (KIP-848, "Assignment process"): it first gives up what
// is not its any more, then comes to the target's epoch, and gets what is new to it as soon as the
// member who had that has given it up. So a partition never has two owners.
//
//                      target takes something away
//     Stable  ------------------------------------------>  UnrevokedPartitions
//      ^  ^                                                     |  member says: given up
//      |  |  others have given up all that it waits for         v
//      |  +-------------------------------------  UnreleasedPartitions, or
//      +------------------------------------------------------- Stable
//
// Pure; the same for every member, whichever protocol it speaks.
#pragma once

#include <functional>
#include <optional>

#include "groups/consumer/consumer_member.h"

namespace tenon::groups {

struct Target {
  int32_t epoch = 0;
  const Partitions& partitions;
};

struct Surroundings {
  // What the member says it has; null = the same as when it last said.
  const Partitions* owned = nullptr;
  // Does any member, this one included, have the partition, or is still giving it up?
  std::function<bool(const IdPartition&)> is_taken;
};

// Where the member stands after the step; the same as before when it cannot move. Nothing for a
// member whose state this version does not know, and who still has partitions: it must join again.
std::optional<MemberProgress> reconcile(const MemberProgress& member, const Target& target,
                                        const Surroundings& around);

}  // namespace tenon::groups
