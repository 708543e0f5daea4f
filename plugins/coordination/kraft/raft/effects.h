// SPDX-License-Identifier: Apache-2.0
//
// What the core wants done. Values: whoever drives the core takes them after
// each event and carries them out, a broker with a disk and a network, a test
// with simulated ones.
#pragma once

#include <utility>

#include "raft/messages.h"

namespace tenon::kraft {

// To be made durable: all of it, after all writes before it, and then told to
// the core. The order within is as here.
struct Write {
  WriteNumber number = 0;
  std::optional<Vote> vote;
  // The log is empty and goes on behind this snapshot, which is durable
  // already.
  std::optional<Position> reset;
  std::optional<Index> truncate_from;
  std::vector<Entry> entries{};

  bool empty() const { return !vote && !reset && !truncate_from && entries.empty(); }
};

// A piece of the newest snapshot that is to be read for a server, at most as
// long as one message may be.
struct PieceWanted {
  ServerId to;
  Position snapshot{};
  uint64_t offset = 0;
};

// A piece of a snapshot that came, to be kept beside the log until it is whole.
struct PieceToStore {
  Position snapshot{};
  Configuration configuration{};
  uint64_t offset = 0;
  bool is_last = false;
  SharedBytes bytes{};
};

// Whoever asked may read when everything up to `index` is applied. 0: ask
// again, somewhere else perhaps.
struct ReadReady {
  uint64_t context = 0;
  Index index = 0;
};

struct Effects {
  std::optional<Write> write;
  std::vector<std::pair<ServerId, Message>> messages;
  std::vector<PieceWanted> pieces_wanted;
  std::optional<PieceToStore> piece_to_store;
  std::vector<ReadReady> reads;
  // The state machine is to begin anew with this snapshot, which is durable.
  std::optional<Position> installed;
};

}  // namespace tenon::kraft
