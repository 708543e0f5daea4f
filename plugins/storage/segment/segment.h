// SPDX-License-Identifier: Apache-2.0
//
// One segment of a log: its .log file, kept open, and its two indexes.
//
// Used by Log, which owns the list of segments; leases of reads share a segment, so that its
// descriptor stays open when the log drops it.
// Threads: the members marked so are guarded by the log's mutex; seek may be called by any thread
// with a `limit` that was read under that mutex; the rest is the owner's.
// Invariants: the file's bytes in [0, state.bytes) are whole batches whose offsets rise, and never
// change while the segment is shared.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "batch.h"
#include "index/offset_index.h"
#include "index/time_index.h"
#include "services.h"

namespace tenon::segment {

// Where a segment's files lie and how its indexes grow.
struct SegmentLayout {
  std::string directory;
  int64_t index_interval_bytes = 4096;
  int64_t index_bytes_max = 10 << 20;

  std::string path(int64_t base_offset, std::string_view suffix) const;
};

// What a segment holds. Moves on as one, so that whoever copies it sees one moment.
struct SegmentState {
  uint64_t bytes = 0;
  int64_t end_offset = 0;  // one more than the last offset; the base offset while empty
  TimeEntry latest;        // the largest max timestamp, and the batch that brought it
  uint64_t bytes_since_index = 0;
};

// Which batch to look for: the first one with ...
struct Sought {
  enum class By { kLastOffset, kBaseOffset, kMaxTimestamp };
  By by;
  int64_t at_least;

  bool matches(const Batch& batch) const;
};

class Segment {
 public:
  // Makes the files of an empty segment, over whatever has their names.
  static Result<std::shared_ptr<Segment>> create(const Services&, const SegmentLayout&,
                                                 int64_t base_offset);
  // Opens an existing .log file; the state is empty and the indexes are not looked at.
  static Result<std::shared_ptr<Segment>> open(const Services&, const SegmentLayout&,
                                               int64_t base_offset);
  Segment(const Services&, const SegmentLayout&, int64_t base_offset, File file);

  // Accounts for a batch that has been written at the end. [owner, log's mutex]
  void note(const PlacedBatch& placed);
  // Gives the time index its last entry, as a segment gets when it stops growing. [owner]
  void finish_time_index() { times.append_if_later(state.latest); }
  // Both indexes on disk and durable.
  Result<> sync_indexes();

  // The first batch in [0, limit) that matches; nullopt if there is none. Finds its way by the
  // indexes; where they turn out to be wrong, they are not used again and the file is walked from
  // its start. TN_E_CORRUPT where the file holds no batch.
  Result<std::optional<PlacedBatch>> seek(Sought sought, uint64_t limit) const;
  // Works out the state that [0, bytes) of the file amounts to: from the indexes, and the headers
  // behind their last entries. TN_E_CORRUPT if an index cannot belong to this file.
  Result<SegmentState> measure(uint64_t bytes) const;
  // True if a sync of the .log file has something to do. [log's mutex]
  bool needs_sync() const { return synced_bytes < state.bytes || may_shrink; }
  bool indexes_distrusted() const { return distrusted_.load(std::memory_order_relaxed); }

  // Max timestamp of the first batch, for rolling by time; nullopt while empty or unknown. [owner]
  Result<std::optional<int64_t>> first_timestamp();

  const int64_t base_offset;
  const std::string path;  // of the .log file
  const File file;
  OffsetIndex offsets;
  TimeIndex times;
  SegmentState state;         // guarded by the log's mutex; written by the owner
  uint64_t synced_bytes = 0;  // guarded by the log's mutex
  bool may_shrink = false;    // guarded by the log's mutex: a cut may not have reached the disk
  bool sealed = false;        // guarded by the log's mutex: rolled, and all its files durable
  int64_t created_ms;         // owner only

 private:
  struct Walked {
    bool index_is_wrong = false;  // nothing else is said then
    std::optional<PlacedBatch> batch;
  };
  Result<std::optional<OffsetEntry>> start_for(Sought sought) const;
  Result<Walked> walk(Sought sought, const std::optional<OffsetEntry>& start, uint64_t limit) const;

  const Services& services_;
  const uint64_t index_interval_bytes_;
  std::optional<int64_t> first_timestamp_ms_;  // owner only
  mutable std::atomic<bool> distrusted_ = false;
};

}  // namespace tenon::segment
