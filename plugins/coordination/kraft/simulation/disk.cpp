// SPDX-License-Identifier: Apache-2.0

#include "simulation/disk.h"

#include <utility>

namespace tenon::kraft {

WriteNumber Disk::finish_one() {
  const Write write = std::move(under_way_.front());
  under_way_.pop_front();
  apply(write, write.entries.size());
  return write.number;
}

WriteNumber Disk::fail_all() {
  const WriteNumber first = under_way_.front().number;
  under_way_.clear();
  return first;
}

void Disk::crash(const std::function<uint64_t(uint64_t)>& random) {
  while (!under_way_.empty()) {
    const Write write = std::move(under_way_.front());
    under_way_.pop_front();
    const uint64_t parts = write.entries.size() + 1;
    const uint64_t kept = random(parts + 1);
    if (kept > 0) apply(write, kept - 1);
    if (kept < parts) break;
  }
  under_way_.clear();
}

void Disk::apply(const Write& write, size_t entries) {
  if (write.vote) vote_ = *write.vote;
  if (write.reset) {
    entries_.clear();
    first_ = write.reset->index + 1;
  }
  if (write.truncate_from) {
    while (!entries_.empty() && entries_.back().index >= *write.truncate_from) entries_.pop_back();
  }
  for (size_t i = 0; i < entries; ++i) {
    if (entries_.empty()) first_ = write.entries[i].index;
    entries_.push_back(write.entries[i]);
  }
}

void Disk::save(SavedSnapshot snapshot) {
  snapshot_ = std::move(snapshot);
}

// What a server finds when it starts: the snapshot, and the entries that go on
// from it.
Log Disk::log() const {
  Log log(snapshot_.last, snapshot_.configuration);
  const Index wanted = snapshot_.last.index + 1;
  if (entries_.empty() || first_ > wanted) return log;
  for (const Entry& entry : entries_) {
    if (entry.index == snapshot_.last.index && entry.term != snapshot_.last.term) return log;
    if (entry.index >= wanted) log.append(entry);
  }
  return log;
}

}  // namespace tenon::kraft
