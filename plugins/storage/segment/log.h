// SPDX-License-Identifier: Apache-2.0
//
// One partition's log in segments: the storage side of tenon/storage.h.
//
// Made by Engine::open, used through the C ABI. Split over log.cpp (open, append, roll, blobs),
// log_read.cpp, log_sync.cpp (flush, recovery point, close) and log_cut.cpp (truncate, trim).
//
// Happy path of an append: look at the batches' headers, one write, account for them under the
// lock. Of a flush: a round of the engine's SyncQueue syncs what is not yet synced and completes.
// Failure modes: a failed write is taken back by truncating the file; if that fails too, or a sync
// fails, the log is poisoned: it can be read, but every later append and flush fails, because what
// the page cache says of it can no longer be trusted. It has to be opened again.
//
// Threads: as the ABI says: one owner changes the log, anybody reads, jobs sync.
// Invariants:
//   1. segments_ has at least one segment until close; their bases rise; the last one is active.
//   2. Only the owner changes what mutex_ guards, except synced_bytes, sealed and what is said of
//      names, which jobs set, and trimmed_, which they empty.
//   3. A segment's bytes are cut only while nobody shares the segment; otherwise it is replaced by
//      a copy (leases keep reading the old file).
//   4. Lock order: sync_mutex_, mutex_, an index's own. No completion is called under any of them.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "recent_batches.h"
#include "recovery/recovery.h"
#include "segment.h"
#include "services.h"
#include "state_files.h"
#include "tenon/storage.hpp"

namespace tenon::segment {

class SyncQueue;

class Log : public std::enable_shared_from_this<Log> {
 public:
  // `services` and `syncs` must outlive the log and its leases.
  static Result<std::shared_ptr<Log>> open(const Services& services, SyncQueue& syncs,
                                           const tn_log_spec& spec, tn_log_state& state);
  Log(const Services& services, SyncQueue& syncs, const tn_log_spec& spec);

  // The contracts are those of tn_storage.
  Result<> close(bool remove);
  Result<> append(const tn_append& batches);
  Result<> read(const ReadRange& range, tn_read& found);
  void release(void* lease);
  Result<int64_t> lookup(int64_t timestamp_ms);
  void flush(Flushed done);
  Result<> truncate(int64_t offset);
  Result<int64_t> trim(int64_t offset);
  Result<size_t> segments(tn_segment* list, size_t cap);
  Result<> put_blob(const char* name, ByteView bytes);
  Result<size_t> get_blob(const char* name, uint8_t* dst, size_t cap);
  Result<> configure(const tn_log_spec& spec);
  // True if a log can be laid out like that.
  static bool is_layout(const tn_log_spec& spec);

  // For the SyncQueue. [jobs]
  // Begins to write what a sync would; waits for nothing and promises nothing.
  void start_writeback() noexcept;
  // One sync, and the answer to `done`, if there is one.
  void run_sync(std::optional<Flushed>& done) noexcept;

 private:
  using SegmentPtr = std::shared_ptr<Segment>;
  struct Lease;
  // A segment as one reader sees it.
  struct Part {
    SegmentPtr segment;
    uint64_t bytes = 0;
    int64_t end_offset = 0;  // the next segment's base, or the log's end
  };
  // Where a read begins.
  struct Start {
    Part part;
    PlacedBatch first;
    int64_t limit = 0;  // no batch from this offset on
  };
  // What a sync has to do, as of one moment.
  struct SyncPlan {
    std::vector<std::pair<SegmentPtr, uint64_t>> files;  // up to which size
    std::vector<SegmentPtr> rolled;                      // to be sealed
    uint64_t name_changes = 0;
    bool names = false;
    bool parent = false;
    SegmentPtr active;
    Checkpoint point;  // its end
    uint64_t cuts = 0;
  };

  Result<> take(Recovered recovered, tn_log_state& state);
  Result<> check_writable() const;
  void poison(const std::string& why);
  std::string where() const { return name_ + ": "; }

  // Append and roll. [owner]
  Result<uint64_t> inspect(const tn_append& batches) const;
  bool is_roll_due(const tn_append& batches, uint64_t bytes) const;
  Result<> roll(int64_t base_offset);
  Result<> undo_write(const Error& why);
  void publish(const tn_append& batches);
  Result<> forget_clean_shutdown(bool durably);

  // Reads. [any]
  Part part_at_locked(size_t i) const;
  size_t index_of_locked(int64_t offset) const;
  std::optional<Part> part_after(const Part& part) const;
  Result<std::optional<Start>> find_start(const ReadRange& range) const;
  Result<uint64_t> end_of_range(const Part& part, int64_t limit) const;

  // Syncs. [jobs, under sync_mutex_]
  struct CheckpointJob;
  static constexpr const char* kStrangeException = "an exception that is not a std::exception";
  void sync_and_answer(std::optional<Flushed>& done);
  void run_checkpoint();
  bool is_synced_locked() const;
  SyncPlan plan_sync();
  Result<> sync_all(SyncPlan& plan);
  Result<> sync(const SyncPlan& plan);
  Result<> sync_names(bool parent);
  Result<> sync_names_if_changed();  // [any]
  Result<> drop_trimmed();
  Result<> seal(const SyncPlan& plan);
  bool is_checkpoint_due(const SyncPlan& plan) const;
  Result<> advance_recovery_point(const SyncPlan& plan);
  Result<> store_recovery_point(const Checkpoint& point);
  Result<> close_in_order();
  Result<> remove_everything();
  Checkpoint checkpoint_locked() const;

  // Truncate and trim. [owner]
  Result<> restart_at(int64_t offset);
  Result<> truncate_at(int64_t offset);
  Result<> lower_recovery_point(int64_t base_offset, uint64_t bytes);
  Result<> drop_behind(size_t keep);
  Result<bool> cut_in_place(const SegmentState& state);
  Result<> cut_by_copy(const SegmentState& state);
  Result<> retire_indexes(Segment& segment);
  Result<> drop_files(std::vector<SegmentPtr> dropped);

  const Services& services_;
  SyncQueue& syncs_;
  const std::string name_;
  int64_t segment_bytes_;  // owner only
  int64_t segment_ms_;     // owner only
  SegmentLayout layout_;   // owner only, but for the directory, which is for ever

  mutable std::mutex mutex_;
  std::vector<SegmentPtr> segments_;  // guarded by mutex_
  std::vector<SegmentPtr> trimmed_;   // guarded by mutex_: their files are still there
  int64_t end_offset_ = 0;            // guarded by mutex_
  RecentBatches recent_;              // guarded by mutex_
  std::string poisoned_by_;           // guarded by mutex_
  uint64_t name_changes_ = 0;         // guarded by mutex_: files made or removed
  uint64_t names_synced_ = 0;         // guarded by mutex_: as many of them are durable
  bool parent_changed_ = false;       // guarded by mutex_: so may be the directory itself

  std::mutex sync_mutex_;                     // one sync at a time
  std::optional<Checkpoint> recovery_point_;  // guarded by sync_mutex_
  std::optional<Result<>> closed_;            // guarded by sync_mutex_: what close came to
  std::optional<SyncPlan> next_checkpoint_;   // guarded by sync_mutex_: of the job that waits
  uint64_t cuts_ = 0;                         // guarded by sync_mutex_: truncates so far
  std::atomic<bool> poisoned_ = false;
  std::atomic<bool> is_closed_ = false;
  bool index_entries_replaced_ = false;  // owner only: since open, or by it
  bool has_marker_ = false;              // owner only: the clean-shutdown file is there and holds
};

}  // namespace tenon::segment
