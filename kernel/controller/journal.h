// SPDX-License-Identifier: Apache-2.0
//
// The cluster's memory on one machine: a durable, ordered, fenced journal of opaque entries, with
// snapshots. Its calls have the shape of the coordination plugins' (campaign, append, subscribe,
// snapshot), so that a quorum can take its place; it knows nothing of topics.
//
// Owned by the broker; used by one Controller on one scheduler. Files are written on the
// BlockingPool, one job at a time, each with one write and one fsync for all entries that were
// appended meanwhile (group commit). Futures complete on the scheduler, in the order of the
// entries.
//
// Happy path: append() gives the entry the next index and puts it in the queue; when no job is
//   under way the queue goes to the pool as one frame (journal_format.h); when the frame is on disk
//   the subscriber sees its entries, all in one call, and then each append's future gets its index.
// Failure: a frame that cannot be written, or not be synced, is refused with all that was queued
//   behind it: each append answers kKafkaStorageError with the file and the cause, the subscriber
//   sees nothing of them, and their indexes are free again. The next append is tried anew, so a
//   journal whose disk was full goes on when there is space. What makes that safe is in
//   disk/journal_store.h: nothing is written before the refused frame is durably out of the way,
//   and no file is synced again whose sync has failed.
// Failure for good: a directory that cannot be synced. Every append that waits and every later one
//   then answers kKafkaStorageError, and a restart decides by what the files hold.
//
// Invariants
//   1. Indexes are 1, 2, 3, ... without a gap; epochs never fall.
//   2. An entry is delivered only after its frame was fsynced, and a segment's frames are written
//      only after the directory that names it was.
//   3. Segments are removed only when the older of the two newest snapshots holds all they say.
//   4. An entry that was refused is never delivered. A restart may find it only when the process
//      died before its frame could be put out of the way, and then no other entry has its index.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/scheduler.h"
#include "base/task.h"
#include "controller/disk/files.h"
#include "controller/disk/journal_format.h"

namespace tenon::controller {

struct JournalOptions {
  Files* files = nullptr;
  std::string directory;  // made if missing; the journal's own
  Scheduler* scheduler = nullptr;
  BlockingPool* pool = nullptr;
  // There must be a journal already: an empty directory is refused, not begun anew.
  bool must_exist = false;
  uint64_t frame_bytes_max = 8 << 20;  // of entries in one write, unless one alone is larger
};

class Journal {
 public:
  // Entries that became durable together, in order.
  using Subscriber = std::function<void(std::span<const Entry>)>;

  // Reads the newest valid snapshot and the entries after it, and cuts a torn tail. Blocks; any
  // thread. kCorruptData with file and position for damage that a crash cannot explain.
  static Result<std::unique_ptr<Journal>> open(JournalOptions options);
  // Gives up what waits. Jobs on the pool end by themselves; their scheduler must still be there.
  ~Journal();

  // The snapshot that open() found; forgotten after subscribe().
  const std::optional<Snapshot>& snapshot() const;
  // The newest index and epoch that are durable.
  uint64_t durable_index() const;
  int32_t epoch() const;

  // Delivers the durable entries from index `from` on, now, and each later group as it becomes
  // durable. Once; `from` is at least the snapshot's index + 1.
  void subscribe(uint64_t from, Subscriber subscriber);
  void unsubscribe();

  // Makes `candidate` the leader under a new epoch, larger than any before. All appends with an
  // older epoch are fenced from this call on. The new epoch, when that is durable.
  Future<Result<Leadership>> campaign(BrokerId candidate);

  // Adds an entry; its index, when it is durable. kFenced when `epoch` is not the newest,
  // kKafkaStorageError when it could not be written: then nothing that was appended after it and
  // before this answer is written, either.
  Future<Result<uint64_t>> append(int32_t epoch, Bytes payload);

  // Keeps `body()`, the state after entry `index`, as a snapshot and removes what it makes
  // superfluous. `index` is the newest durable entry. `body` runs on the pool, so it must own what
  // it reads. One at a time. A snapshot that cannot be written leaves the journal as it was.
  Future<Result<>> save_snapshot(uint64_t index, std::move_only_function<Bytes()> body);

  // Bytes of entries written since the last snapshot: when to make the next one.
  uint64_t bytes_since_snapshot() const;

  // Resolves when everything appended before this call is durable, or has failed.
  Future<Result<>> barrier();

  // Resolves when nothing is queued or under way on the pool: the last call before the scheduler
  // stops.
  Future<void> drain();

 private:
  class Core;
  explicit Journal(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

}  // namespace tenon::controller
