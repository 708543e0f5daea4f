// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "raft/raft.h"

namespace tenon::kraft {

void Raft::handle(const ServerId& from, AppendRequest& request) {
  if (role_ == Role::kLeader) return;
  AppendResponse response{.term = term(), .read_round = request.read_round};
  const Position before = request.before;
  if (before.index < commit_ && request.entries.empty()) {
    // A sign of life. What is committed here is as the leader has it.
    response.accepted = true;
    response.match = std::min(commit_, durable_);
    return send(from, response);
  }
  const auto own = log_.term_at(before.index);
  const bool known = before.index < log_.first();  // in a snapshot, so committed
  if (!known && (!own || options_.rules->conflicts(*own, before.term))) {
    response.hint = hint_for(before);
    return send_when_durable(from, response);
  }
  if (!take_entries(request.entries)) return;
  response.accepted = true;
  response.match = before.index + request.entries.size();
  const Index commit = std::min(request.commit, response.match);
  if (commit > commit_) commit_to(commit);
  send_when_durable(from, response);
}

// Adds what is not there. An entry that differs goes, with all behind it; if it
// was committed, one of the two logs is damaged, and nothing more is taken.
bool Raft::take_entries(std::vector<Entry>& entries) {
  for (Entry& entry : entries) {
    if (entry.index < log_.first()) continue;
    const auto own = log_.term_at(entry.index);
    if (own && !options_.rules->conflicts(*own, entry.term)) continue;
    if (own && entry.index <= commit_) return false;
    if (own) truncate_log(entry.index);
    store_entry(std::move(entry));
  }
  return true;
}

// The last place at or before `before` whose term is not above the leader's
// there.
Position Raft::hint_for(const Position& before) const {
  Index index = std::min(before.index, log_.last());
  while (index > commit_ && *log_.term_at(index) > before.term) --index;
  return {log_.term_at(index).value_or(0), index};
}

}  // namespace tenon::kraft
