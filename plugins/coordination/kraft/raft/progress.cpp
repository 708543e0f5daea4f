// SPDX-License-Identifier: Apache-2.0

#include "raft/progress.h"

#include <algorithm>

namespace tenon::kraft {

void Progress::begin_probe(Index from, Millis now) {
  mode = Mode::kProbe;
  next = from;
  waiting = false;
  moved_at = now;
  forget_sent();
}

void Progress::begin_replicate(Millis now) {
  mode = Mode::kReplicate;
  next = match + 1;
  waiting = false;
  moved_at = now;
  forget_sent();
}

void Progress::begin_snapshot(const Position& of, Millis now) {
  mode = Mode::kSnapshot;
  snapshot = of;
  offset = 0;
  waiting = true;
  moved_at = now;
  forget_sent();
}

void Progress::on_sent(Index last, size_t bytes, Millis now) {
  if (inflight_.empty()) moved_at = now;
  next = last + 1;
  inflight_.push_back({last, bytes});
  inflight_bytes_ += bytes;
}

bool Progress::on_match(Index index, Millis now) {
  if (index <= match) return false;
  match = index;
  next = std::max(next, match + 1);
  moved_at = now;
  while (!inflight_.empty() && inflight_.front().last <= match) {
    inflight_bytes_ -= inflight_.front().bytes;
    inflight_.pop_front();
  }
  return true;
}

void Progress::forget_sent() {
  inflight_.clear();
  inflight_bytes_ = 0;
}

}  // namespace tenon::kraft
