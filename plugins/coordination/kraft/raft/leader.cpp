// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <functional>

#include "raft/raft.h"

namespace tenon::kraft {

// Those of the configuration, and observers that asked.
void Raft::refresh_peers() {
  const Configuration& members = log_.configuration();
  std::erase_if(peers_, [&members](const auto& entry) {
    const auto& [id, peer] = entry;
    return !peer.observer && !members.is_voter(id) && !members.is_learner(id);
  });
  for (const auto* servers : {&members.voters, &members.learners}) {
    for (const ServerId& id : *servers) {
      if (id == options_.self) continue;
      const auto [peer, is_new] = peers_.try_emplace(id);
      peer->second.observer = false;
      if (!is_new) continue;
      peer->second.heard_at = now_;
      peer->second.begin_probe(log_.last() + 1, now_);
    }
  }
}

void Raft::replicate_to_all() {
  for (auto& [id, peer] : peers_) replicate(id, peer);
}

void Raft::replicate(const ServerId& to, Progress& peer) {
  if (peer.mode == Progress::Mode::kSnapshot) return;
  if (peer.next < log_.first()) return begin_snapshot(to, peer);
  if (peer.mode == Progress::Mode::kProbe) {
    if (!peer.waiting && peer.next <= log_.last()) send_entries(to, peer);
    return;
  }
  while (peer.next <= log_.last() && peer.window_is_open(options_.window_bytes_max)) {
    send_entries(to, peer);
  }
}

void Raft::send_entries(const ServerId& to, Progress& peer) {
  AppendRequest request{.term = term(),
                        .before = {*log_.term_at(peer.next - 1), peer.next - 1},
                        .commit = commit_,
                        .read_round = read_round_,
                        .entries = log_.slice(peer.next, options_.message_bytes_max)};
  if (peer.mode == Progress::Mode::kProbe) {
    peer.waiting = true;
    peer.moved_at = now_;
  } else {
    size_t bytes = 0;
    for (const Entry& entry : request.entries) bytes += entry.size();
    peer.on_sent(request.entries.back().index, bytes, now_);
  }
  send(to, std::move(request));
}

void Raft::send_heartbeats() {
  heartbeat_at_ = now_ + options_.heartbeat_interval;
  for (const auto& [id, peer] : peers_) send_heartbeat(id, peer);
}

// Speaks only of what the server is known to have, so that it is never refused.
void Raft::send_heartbeat(const ServerId& to, const Progress& peer) {
  const auto known = log_.term_at(peer.match);
  send(to, AppendRequest{.term = term(),
                         .before = known ? Position{*known, peer.match} : Position{},
                         .commit = std::min(commit_, peer.match),
                         .read_round = read_round_,
                         .entries = {}});
}

void Raft::on_leader_due() {
  if (transfer_target_ && now_ >= transfer_until_) transfer_target_.reset();
  if (now_ >= quorum_check_at_) check_quorum();
  if (role_ != Role::kLeader || now_ < heartbeat_at_) return;
  std::erase_if(peers_, [this](const auto& entry) {
    return entry.second.observer && now_ - entry.second.heard_at > 10 * options_.election_timeout;
  });
  for (auto& [id, peer] : peers_) retry_if_stuck(id, peer);
  send_heartbeats();
}

// What was sent, or its answer, may be lost.
void Raft::retry_if_stuck(const ServerId& to, Progress& peer) {
  if (peer.is_idle() && peer.next > log_.last()) return;
  if (now_ - peer.moved_at < options_.retry_interval) return;
  if (peer.mode == Progress::Mode::kSnapshot) {
    peer.moved_at = now_;
    return want_piece(to, peer);
  }
  peer.begin_probe(peer.match + 1, now_);
  replicate(to, peer);
}

void Raft::check_quorum() {
  quorum_check_at_ = now_ + options_.election_timeout;
  std::set<ServerId> heard{options_.self};
  for (const auto& [id, peer] : peers_) {
    if (now_ - peer.heard_at < options_.election_timeout) heard.insert(id);
  }
  if (count_voters(heard) < quorum()) become_follower(term(), std::nullopt);
}

void Raft::handle(const ServerId& from, const AppendResponse& response) {
  const auto found = peers_.find(from);
  if (role_ != Role::kLeader || found == peers_.end()) return;
  Progress& peer = found->second;
  peer.heard_at = now_;
  peer.read_round = std::max(peer.read_round, response.read_round);
  if (!response.accepted) {
    on_rejected(peer, response);
  } else {
    const bool further = peer.on_match(response.match, now_);
    if (peer.mode == Progress::Mode::kProbe) peer.begin_replicate(now_);
    if (further) advance_commit();
  }
  if (role_ != Role::kLeader) return;  // it may have committed its own removal
  finish_reads();
  finish_transfer_if_ready(from, peer);
  replicate(from, peer);
}

// The logs differ before what was sent. Both have said where they may still
// agree, so that a term is passed over at once, not entry by entry.
void Raft::on_rejected(Progress& peer, const AppendResponse& response) {
  if (peer.mode == Progress::Mode::kSnapshot) return;
  Index agreed = std::min(response.hint.index, log_.last());
  while (agreed > peer.match && agreed >= log_.first() &&
         *log_.term_at(agreed) > response.hint.term) {
    --agreed;
  }
  peer.begin_probe(std::max(agreed, peer.match) + 1, now_);
}

// The highest index that a majority of voters has durably.
void Raft::advance_commit() {
  std::vector<Index> durable;
  for (const ServerId& id : log_.configuration().voters) {
    if (id == options_.self) {
      durable.push_back(options_.rules->durable_part(durable_, log_.last()));
    } else {
      durable.push_back(peers_.at(id).match);
    }
  }
  std::ranges::sort(durable, std::greater{});
  const Index index = durable[quorum() - 1];
  if (index <= commit_ || !options_.rules->may_commit(*log_.term_at(index), term())) return;
  own_term_committed_ = own_term_committed_ || *log_.term_at(index) == term();
  commit_to(index);
}

void Raft::commit_to(Index index) {
  const Index before = std::exchange(commit_, index);
  if (role_ != Role::kLeader) return;
  begin_rounds();
  const Index changed = log_.configuration_index();
  if (changed > before && changed <= commit_) on_configuration_committed();
  // Others learn of it at once, not with the next entry.
  if (role_ == Role::kLeader) send_heartbeats();
}

// A leader that has removed itself is done when that is committed
// (dissertation 4.2.2).
void Raft::on_configuration_committed() {
  if (is_voter()) return;
  send_heartbeats();
  become_follower(term(), std::nullopt);
}

void Raft::handle(const ServerId& from, const Hello&) {
  if (role_ != Role::kLeader) return;
  const auto [peer, is_new] = peers_.try_emplace(from);
  peer->second.heard_at = now_;
  if (!is_new) return;
  peer->second.observer = true;
  peer->second.begin_probe(log_.last() + 1, now_);
  send_heartbeat(from, peer->second);
}

}  // namespace tenon::kraft
