// SPDX-License-Identifier: Apache-2.0
//
// The disk of a simulated server: what a crash leaves of it is what was written
// and synced, and of what was under way, a part, as far as it had come.
#pragma once

#include <deque>
#include <functional>

#include "raft/raft.h"
#include "simulation/checker.h"

namespace tenon::kraft {

struct SavedSnapshot {
  Position last;
  Configuration configuration;
  Digest digest = 0;
};

class Disk {
 public:
  explicit Disk(Configuration bootstrap) { snapshot_.configuration = std::move(bootstrap); }

  void begin(Write write) { under_way_.push_back(std::move(write)); }
  bool has_under_way() const { return !under_way_.empty(); }
  // The oldest write under way is durable now.
  WriteNumber finish_one();
  // It fails, and those behind it; nothing of them stays.
  WriteNumber fail_all();
  // What is under way is lost, but for a beginning of it.
  void crash(const std::function<uint64_t(uint64_t)>& random);

  void save(SavedSnapshot snapshot);
  // The snapshots before the newest are gone.
  const SavedSnapshot& snapshot() const { return snapshot_; }
  const Vote& vote() const { return vote_; }
  Log log() const;

 private:
  void apply(const Write& write, size_t entries);

  Vote vote_;
  SavedSnapshot snapshot_;
  Index first_ = 1;  // of entries_
  std::deque<Entry> entries_;
  std::deque<Write> under_way_;
};

}  // namespace tenon::kraft
