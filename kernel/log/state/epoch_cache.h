// SPDX-License-Identifier: Apache-2.0
//
// Which leader epoch wrote which offsets (KIP-101): for each epoch the offset at which it began.
// The log keeps one, saves it as the blob "leader-epoch-checkpoint" whenever it changes, and
// answers OffsetForLeaderEpoch with it. A value; one thread.
//
//   content := count:int32  (epoch:int32 start:int64)*
//
// Invariant: epochs and start offsets rise strictly.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"

namespace tenon::log {

inline constexpr Offset kNoOffset{-1};

class EpochCache {
 public:
  struct Entry {
    LeaderEpoch epoch;
    Offset start;
    bool operator==(const Entry&) const = default;
  };

  // A leader of `epoch` begins at `start`. An epoch that is not newer than the latest changes
  // nothing; epochs that have written no record are forgotten. True if something changed.
  bool assign(LeaderEpoch epoch, Offset start);
  // Forgets epochs that begin at or after `end`. True if something changed.
  bool truncate_from_end(Offset end);
  // Forgets epochs that end at or before `start`; the one that holds `start` begins there. True if
  // something changed.
  bool truncate_from_start(Offset start);

  LeaderEpoch latest() const;                 // -1 = none
  LeaderEpoch epoch_of(Offset offset) const;  // -1 = before the first
  // The largest epoch <= `epoch`, and the offset at which the next one begins, or `log_end`. {-1,
  // -1} for an epoch newer than all, or when nothing is known.
  std::pair<LeaderEpoch, Offset> end_offset_for(LeaderEpoch epoch, Offset log_end) const;
  const std::vector<Entry>& entries() const { return entries_; }

  Bytes encode() const;
  // kCorruptData for anything that encode() cannot have written.
  static Result<EpochCache> decode(ByteView blob, std::string_view name);

 private:
  std::vector<Entry> entries_;
};

}  // namespace tenon::log
