// SPDX-License-Identifier: Apache-2.0
//
// A server whose next entry is no longer in the log is sent a snapshot, one
// piece after the other's answer; a piece that is lost is asked for again by
// what the server has (dissertation 5.1, 5.3).

#include <algorithm>

#include "raft/raft.h"

namespace tenon::kraft {

void Raft::on_snapshot_saved(Index index) {
  if (index <= log_.snapshot().index || index > log_.last()) return;
  log_.compact(index);
  durable_ = std::max(durable_, index);
}

// ---- The leader's side

void Raft::begin_snapshot(const ServerId& to, Progress& peer) {
  peer.begin_snapshot(log_.snapshot(), now_);
  want_piece(to, peer);
}

void Raft::want_piece(const ServerId& to, Progress& peer) {
  peer.waiting = true;
  effects_.pieces_wanted.push_back({to, peer.snapshot, peer.offset});
}

void Raft::on_piece_read(const PieceWanted& wanted, SharedBytes bytes, bool is_last) {
  const auto found = peers_.find(wanted.to);
  if (role_ != Role::kLeader || found == peers_.end()) return;
  Progress& peer = found->second;
  if (peer.mode != Progress::Mode::kSnapshot || peer.snapshot != wanted.snapshot ||
      peer.offset != wanted.offset) {
    return;
  }
  peer.waiting = false;
  send(wanted.to, SnapshotChunk{.term = term(),
                                .last = peer.snapshot,
                                .configuration = log_.configuration_at(peer.snapshot.index),
                                .offset = wanted.offset,
                                .is_last = is_last,
                                .bytes = std::move(bytes)});
}

void Raft::on_piece_missing(const PieceWanted& wanted) {
  const auto found = peers_.find(wanted.to);
  if (role_ != Role::kLeader || found == peers_.end()) return;
  Progress& peer = found->second;
  if (peer.mode == Progress::Mode::kSnapshot && peer.snapshot == wanted.snapshot) {
    peer.begin_probe(peer.match + 1, now_);
  }
}

void Raft::handle(const ServerId& from, const SnapshotResponse& response) {
  const auto found = peers_.find(from);
  if (role_ != Role::kLeader || found == peers_.end()) return;
  Progress& peer = found->second;
  peer.heard_at = now_;
  if (response.installed) {
    const bool further = peer.on_match(std::min(response.index, log_.last()), now_);
    if (peer.mode == Progress::Mode::kSnapshot && peer.match >= peer.snapshot.index) {
      peer.begin_replicate(now_);
    }
    if (further) advance_commit();
    if (role_ == Role::kLeader) replicate(from, peer);
    return;
  }
  if (peer.mode != Progress::Mode::kSnapshot || peer.snapshot.index != response.index) return;
  if (peer.waiting && peer.offset == response.next_offset) return;  // it is being read
  peer.offset = response.next_offset;
  peer.moved_at = now_;
  want_piece(from, peer);
}

// ---- The follower's side

void Raft::handle(const ServerId& from, SnapshotChunk& chunk) {
  if (role_ == Role::kLeader) return;
  if (!lacks(chunk.last)) {
    const SnapshotResponse known{
        .term = term(), .index = std::min(commit_, durable_), .next_offset = 0, .installed = true};
    return send_when_durable(from, known);
  }
  if (!incoming_ || incoming_->snapshot != chunk.last || incoming_->from != from) {
    if (incoming_ && incoming_->storing) return;  // it comes again
    incoming_ = Incoming{from, chunk.last, chunk.configuration};
  }
  if (incoming_->storing) return;
  if (chunk.offset != incoming_->next_offset) return answer_piece();
  incoming_->storing = true;
  effects_.piece_to_store = PieceToStore{chunk.last, chunk.configuration, chunk.offset,
                                         chunk.is_last, std::move(chunk.bytes)};
}

void Raft::answer_piece() {
  send_when_durable(incoming_->from, SnapshotResponse{.term = term(),
                                                      .index = incoming_->snapshot.index,
                                                      .next_offset = incoming_->next_offset,
                                                      .installed = false});
}

void Raft::on_piece_stored(const Position& snapshot, uint64_t next_offset, bool whole) {
  if (!incoming_ || incoming_->snapshot != snapshot) return;
  incoming_->storing = false;
  incoming_->next_offset = next_offset;
  if (!whole) return answer_piece();
  const Incoming done = *std::exchange(incoming_, std::nullopt);
  if (role_ == Role::kLeader) return;
  if (lacks(snapshot)) install(snapshot, done.configuration);
  send_when_durable(
      done.from,
      SnapshotResponse{
          .term = term(), .index = snapshot.index, .next_offset = next_offset, .installed = true});
}

void Raft::on_piece_failed(const Position& snapshot) {
  if (incoming_ && incoming_->snapshot == snapshot) incoming_.reset();
}

// After a write that failed the log may end before what is committed.
bool Raft::lacks(const Position& snapshot) const {
  return options_.rules->is_newer_snapshot(snapshot.index, std::min(commit_, log_.last()));
}

// What follows the snapshot in the log is kept if the log goes through it.
void Raft::install(const Position& snapshot, const Configuration& configuration) {
  if (snapshot.index > commit_) {
    commit_ = snapshot.index;
    effects_.installed = snapshot;
  }
  if (log_.term_at(snapshot.index) == snapshot.term) {
    log_.compact(snapshot.index);
    durable_ = std::max(durable_, snapshot.index);
    return;
  }
  log_.reset(snapshot, configuration);
  durable_ = snapshot.index;
  for (UnderWay& write : under_way_) write.last = snapshot.index;
  staged_.entries.clear();
  staged_.truncate_from.reset();
  staged_.reset = snapshot;
}

}  // namespace tenon::kraft
