// SPDX-License-Identifier: Apache-2.0

#include "raft/raft.h"

namespace tenon::kraft {

std::pair<Index, std::optional<Refusal>> Raft::propose(std::vector<SharedBytes> payloads) {
  if (role_ != Role::kLeader) return {0, Refusal::kNotLeader};
  if (transfer_target_) return {0, Refusal::kTransferring};
  const Index first = log_.last() + 1;
  for (SharedBytes& payload : payloads) append_entry(EntryKind::kData, std::move(payload));
  replicate_to_all();
  return {first, std::nullopt};
}

std::optional<Refusal> Raft::change_members(const MembershipChange& change) {
  if (role_ != Role::kLeader) return Refusal::kNotLeader;
  if (transfer_target_) return Refusal::kTransferring;
  if (!options_.rules->may_change_members(log_.configuration_index(), commit_,
                                          own_term_committed())) {
    return Refusal::kChangePending;
  }
  const auto next = apply(log_.configuration(), change);
  if (!next) return Refusal::kInvalidChange;
  if (change.kind == MembershipChange::Kind::kPromote) {
    const auto learner = peers_.find(change.server);
    if (learner == peers_.end() || learner->second.match + options_.promote_lag_max < log_.last()) {
      return Refusal::kNotCaughtUp;
    }
  }
  append_entry(EntryKind::kConfiguration, std::make_shared<const Bytes>(encode(*next)));
  refresh_peers();
  replicate_to_all();
  return std::nullopt;
}

// Nothing new is taken until the target leads, or the time for it is over
// (dissertation 3.10).
std::optional<Refusal> Raft::transfer_to(const ServerId& target) {
  if (role_ != Role::kLeader) return Refusal::kNotLeader;
  const auto peer = peers_.find(target);
  if (peer == peers_.end() || !log_.configuration().is_voter(target)) {
    return Refusal::kInvalidChange;
  }
  transfer_target_ = target;
  transfer_until_ = now_ + options_.election_timeout;
  finish_transfer_if_ready(target, peer->second);
  return std::nullopt;
}

void Raft::finish_transfer_if_ready(const ServerId& to, const Progress& peer) {
  if (transfer_target_ == to && peer.match == log_.last()) send(to, TimeoutNow{.term = term()});
}

}  // namespace tenon::kraft
