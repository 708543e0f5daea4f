// SPDX-License-Identifier: Apache-2.0
//
// The syncs that all logs of an engine wait for, run in rounds by a few workers on the host's
// executor.
//
// Happy path: add -> a job of the executor becomes a worker and takes whatever waits then as a
// round -> in a large round the write-back of all its files is begun, so that the disk has them all
// at once and the file system's journal commits them together -> the workers sync log after log,
// each of which answers as soon as its own data is safe. Who comes while all workers are busy waits
// for the next round; with a worker to spare, a sync begins at once.
//
// Failure modes: those of one log's sync, which that log answers for; the others of the round hear
// nothing of it.
//
// Threads: any. A worker keeps the logs of its round alive. The queue must outlive its jobs, as the
// engine does. Invariants: 1. while something waits, a worker is on its way or all of them are
// busy. 2. every sync is run exactly once. 3. nothing is run under the mutex.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>

#include "services.h"
#include "tenon/storage.hpp"

namespace tenon::segment {

class Log;

class SyncQueue {
 public:
  // A device does many flushes in the time of one, if it is asked for them at the same time.
  static constexpr size_t kWorkers = 8;

  explicit SyncQueue(const Services& services) : services_(services) {}

  // Syncs the log and answers `done`, if there is one; later, on a thread of the executor.
  void add(std::shared_ptr<Log> log, std::optional<Flushed> done);

 private:
  struct Sync {
    std::shared_ptr<Log> log;
    std::optional<Flushed> done;
  };
  using Syncs = std::list<Sync>;  // moved from list to list without a need for memory

  static void work(void* queue);
  void run_rounds();
  Syncs take_next();
  void begin_round(std::unique_lock<std::mutex>& lock);
  void call_workers(size_t n) const;

  const Services& services_;

  std::mutex mutex_;
  Syncs waiting_;       // guarded by mutex_: for the next round
  Syncs round_;         // guarded by mutex_: not yet taken by a worker
  size_t workers_ = 0;  // guarded by mutex_: with those that were called
  // Guarded by mutex_: no worker has begun since add() called one. Whichever begins next clears it,
  // a helper of a round, too, because it takes what waits as well.
  bool is_called_ = false;
};

}  // namespace tenon::segment
