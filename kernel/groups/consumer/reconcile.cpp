// SPDX-License-Identifier: Apache-2.0

#include "groups/consumer/reconcile.h"

#include <algorithm>

namespace tenon::groups {
namespace {

// Without a word on what it has, the member is taken to have it all still.
bool still_owns(const Partitions& some, const Surroundings& around) {
  return around.owned == nullptr || intersects(*around.owned, some);
}

MemberProgress moved(const MemberProgress& from, int32_t epoch, MemberState state) {
  MemberProgress to;
  to.epoch = epoch;
  to.previous_epoch = epoch == from.epoch ? from.previous_epoch : from.epoch;
  to.state = state;
  return to;
}

// Towards the target, from `epoch` on.
MemberProgress step(const MemberProgress& member, int32_t epoch, const Target& target,
                    const Surroundings& around) {
  Partitions kept = intersection_of(member.assigned, target.partitions);
  Partitions lost = difference_of(member.assigned, kept);
  if (!lost.empty() && still_owns(lost, around)) {
    MemberProgress next = moved(member, epoch, MemberState::kUnrevokedPartitions);
    next.assigned = std::move(kept);
    next.revoking = std::move(lost);
    return next;
  }
  const Partitions missing = difference_of(target.partitions, kept);
  Partitions free;
  std::ranges::copy_if(missing, std::back_inserter(free),
                       [&around](const IdPartition& one) { return !around.is_taken(one); });
  const bool waits = free.size() < missing.size();
  MemberProgress next = moved(member, target.epoch,
                              waits ? MemberState::kUnreleasedPartitions : MemberState::kStable);
  next.assigned = union_of(kept, free);
  return next;
}

}  // namespace

std::optional<MemberProgress> reconcile(const MemberProgress& member, const Target& target,
                                        const Surroundings& around) {
  switch (member.state) {
    case MemberState::kStable:
      if (member.epoch == target.epoch) return member;
      return step(member, member.epoch, target, around);
    case MemberState::kUnreleasedPartitions:
      return step(member, member.epoch, target, around);
    case MemberState::kUnrevokedPartitions:
      if (still_owns(member.revoking, around)) return member;
      // It has come one epoch further, though perhaps not yet to the target's.
      return step(member, member.epoch + 1, target, around);
    case MemberState::kUnknown:
      if (around.owned == nullptr || !around.owned->empty()) return std::nullopt;
      return step(member, target.epoch, target, around);
  }
  return std::nullopt;
}

}  // namespace tenon::groups
