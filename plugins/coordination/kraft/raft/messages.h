// SPDX-License-Identifier: Apache-2.0
//
// What servers say to each other. Values. A message may be lost, come late,
// twice or in another order; none of that may harm anything.
#pragma once

#include <variant>

#include "raft/types.h"

namespace tenon::kraft {

// A candidate asks for a vote; with `pre` only whether it would get one
// (dissertation 9.6), so that a server that cannot win does not raise the term.
struct VoteRequest {
  Term term = 0;    // the one that it would lead in
  Position last{};  // of its log
  bool pre = false;
  bool transfer = false;  // the leader wants it so: not to be held back while
                          // that is heard of
};
struct VoteResponse {
  Term term = 0;  // the request's if granted, else the newest known
  bool granted = false;
  bool pre = false;
};

// The leader's entries after `before`, or none: then a sign of life.
struct AppendRequest {
  Term term = 0;
  Position before{};
  Index commit = 0;         // never above the last entry of this message, but for what is known
  uint64_t read_round = 0;  // to be sent back: the leader asks whether it still leads
  std::vector<Entry> entries{};
};
struct AppendResponse {
  Term term = 0;
  bool accepted = false;
  Index match = 0;  // if accepted: all up to it is durable, and as the leader has it
  Position hint{};  // if not: where the logs may still agree, as far as the
                    // follower can tell
  uint64_t read_round = 0;
};

// A piece of a snapshot, for a server whose next entry is no longer in the log.
struct SnapshotChunk {
  Term term = 0;
  Position last{};  // the last entry whose effect is in the snapshot
  Configuration configuration{};
  uint64_t offset = 0;
  bool is_last = false;
  SharedBytes bytes{};
};
struct SnapshotResponse {
  Term term = 0;
  Index index = 0;           // of the snapshot
  uint64_t next_offset = 0;  // the piece that is wanted next
  bool installed = false;
};

// The leader asks a voter to take over at once (dissertation 3.10).
struct TimeoutNow {
  Term term = 0;
};

// Who is not a voter, and hears of no leader, asks everybody for entries.
struct Hello {
  Term term = 0;
};

// A follower asks what it must have applied to read what is newest
// (dissertation 6.4).
struct ReadRequest {
  Term term = 0;
  uint64_t context = 0;
};
struct ReadResponse {
  Term term = 0;
  uint64_t context = 0;
  Index index = 0;  // 0 = not to be had from here
};

using Message =
    std::variant<VoteRequest, VoteResponse, AppendRequest, AppendResponse, SnapshotChunk,
                 SnapshotResponse, TimeoutNow, Hello, ReadRequest, ReadResponse>;

Term term_of(const Message& message);

}  // namespace tenon::kraft
