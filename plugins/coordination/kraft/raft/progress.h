// SPDX-License-Identifier: Apache-2.0
//
// What a leader knows of a server that it sends entries to, and how much it may
// send (flow control). One thread.
//
//   probe      nothing is known of where the logs agree: one message at a time
//   replicate  entries are sent on without waiting, as far as the window allows
//   snapshot   what it needs next is no longer in the log: pieces of a
//   snapshot, one at a time
#pragma once

#include <deque>

#include "raft/types.h"

namespace tenon::kraft {

struct Progress {
  enum class Mode : uint8_t { kProbe, kReplicate, kSnapshot };

  Mode mode = Mode::kProbe;
  Index match = 0;  // durable there, and as here
  Index next = 1;   // to be sent
  bool observer = false;
  bool waiting = false;  // probe: for an answer; snapshot: for a piece to be read here
  Millis heard_at = 0;
  Millis moved_at = 0;  // when it last came further, or was begun with
  uint64_t read_round = 0;
  Position snapshot;  // that is being sent
  uint64_t offset = 0;

  bool window_is_open(size_t bytes_max) const { return inflight_bytes_ < bytes_max; }
  bool is_idle() const { return inflight_.empty() && !waiting; }

  void begin_probe(Index from, Millis now);
  void begin_replicate(Millis now);
  void begin_snapshot(const Position& of, Millis now);

  void on_sent(Index last, size_t bytes, Millis now);
  // All up to `index` is durable there. False if that was known.
  bool on_match(Index index, Millis now);

 private:
  struct Sent {
    Index last;
    size_t bytes;
  };
  void forget_sent();

  std::deque<Sent> inflight_;
  size_t inflight_bytes_ = 0;
};

}  // namespace tenon::kraft
