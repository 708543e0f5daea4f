// SPDX-License-Identifier: Apache-2.0
//
// Read index (dissertation 6.4): who reads when all up to an index is applied
// reads what was newest when it asked. The leader notes what is committed and
// asks the others whether it leads still; the question is the number of a
// round, which goes with every message and comes back with its answer.

#include "raft/raft.h"

namespace tenon::kraft {

void Raft::read(uint64_t context) {
  if (role_ == Role::kLeader) return begin_read(std::nullopt, context);
  if (!leader_) return effects_.reads.push_back({context, 0});
  send(*leader_, ReadRequest{.term = term(), .context = context});
}

void Raft::handle(const ServerId& from, const ReadRequest& request) {
  if (role_ == Role::kLeader) return begin_read(from, request.context);
  send(from, ReadResponse{.term = term(), .context = request.context, .index = 0});
}

void Raft::handle(const ServerId&, const ReadResponse& response) {
  effects_.reads.push_back({response.context, response.index});
}

void Raft::begin_read(std::optional<ServerId> from, uint64_t context) {
  reads_.push_back({std::move(from), context, 0, 0});
  begin_rounds();
}

// As soon as the leader knows what is committed.
void Raft::begin_rounds() {
  bool begun = false;
  for (PendingRead& read : reads_) {
    const bool may_begin = options_.rules->may_read(own_term_committed(), quorum(), quorum());
    if (read.round != 0 || !may_begin) continue;
    read.round = read_round_ + 1;
    read.index = commit_;
    begun = true;
  }
  if (!begun) return;
  ++read_round_;
  send_heartbeats();
  finish_reads();
}

void Raft::finish_reads() {
  while (!reads_.empty() && reads_.front().round != 0) {
    const PendingRead read = reads_.front();
    std::set<ServerId> acknowledged{options_.self};
    for (const auto& [id, peer] : peers_) {
      if (peer.read_round >= read.round) acknowledged.insert(id);
    }
    if (!options_.rules->may_read(own_term_committed(), count_voters(acknowledged), quorum()))
      return;
    reads_.pop_front();
    answer_read(read, read.index);
  }
}

void Raft::answer_read(const PendingRead& read, Index index) {
  if (!read.from) return effects_.reads.push_back({read.context, index});
  send(*read.from, ReadResponse{.term = term(), .context = read.context, .index = index});
}

void Raft::drop_reads() {
  for (const PendingRead& read : reads_) answer_read(read, 0);
  reads_.clear();
}

}  // namespace tenon::kraft
