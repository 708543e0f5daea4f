// SPDX-License-Identifier: Apache-2.0
//
// A server's log as the core sees it: the entries since a snapshot, and what
// follows from them, the configuration. In memory; what of it is durable the
// core keeps count of. One thread.
//
// Invariants
//   1. Entries are without gaps: the first is the one after the snapshot.
//   2. Terms never fall along the log.
//   3. The configuration is that of the last entry that holds one, committed or
//   not (4.1), else
//      that of the snapshot.
#pragma once

#include <deque>
#include <span>

#include "raft/types.h"

namespace tenon::kraft {

class Log {
 public:
  // Everything up to `snapshot`, with the configuration at that point.
  Log(Position snapshot, Configuration configuration);

  const Position& snapshot() const { return snapshot_; }
  Index first() const { return snapshot_.index + 1; }
  Index last() const { return snapshot_.index + entries_.size(); }
  Position last_position() const;
  // The term of an entry or of the snapshot's last; nothing if it is not here.
  std::optional<Term> term_at(Index index) const;
  const Entry& at(Index index) const { return entries_[index - first()]; }
  // Entries from `from` on, as many as `bytes_max` allow but at least one if
  // there is one.
  std::vector<Entry> slice(Index from, size_t bytes_max) const;

  void append(Entry entry);
  // Drops `from` and all after it.
  void truncate(Index from);
  // Entries up to `index` are in a snapshot now.
  void compact(Index index);
  // The log is this snapshot, and nothing else.
  void reset(Position snapshot, Configuration configuration);

  const Configuration& configuration() const { return configurations_.back().second; }
  // The entry that it is from; the snapshot's index if it is from that.
  Index configuration_index() const { return configurations_.back().first; }
  // The one at a place of the log.
  const Configuration& configuration_at(Index index) const;

 private:
  Position snapshot_;
  std::deque<Entry> entries_;
  std::deque<std::pair<Index, Configuration>> configurations_;  // never empty
};

}  // namespace tenon::kraft
