// SPDX-License-Identifier: Apache-2.0
//
// The blobs of one log on their way to its storage. To make one durable takes a sync or two, which
// no shard waits for in put(): one job on the pool puts them one after the other, in the order in
// which they were given, and whoever gave one is told on the owner's scheduler. put_now, drain and
// stop do wait: for the open and the close of a log.
//
// Invariants: however many wait, at most one thread of the pool is theirs. While something waits, a
// job is on its way or runs.
//
// Failure modes: a put that fails is an error of that put alone; the old blob stays.
//
// Threads: put on the owner's scheduler; the others on it, or on another thread while the
// owner does nothing with the log. Shared, so that the pool finds it after the log has gone.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/scheduler.h"
#include "plugin/storage.h"

namespace tenon::log {

class BlobQueue : public std::enable_shared_from_this<BlobQueue> {
 public:
  using Done = std::move_only_function<void(Result<>)>;

  BlobQueue(std::shared_ptr<plugin::StorageLog> storage, Scheduler& scheduler, BlockingPool& pool)
      : storage_(std::move(storage)), scheduler_(scheduler), pool_(pool) {}

  // Replaces the blob of that name. `done` runs once, never from within the call.
  void put(std::string_view name, Bytes blob, Done done);
  // The same in the call, which blocks: behind everything that was put before.
  Result<> put_now(std::string_view name, ByteView blob);
  // Returns when everything that was put has come to its end; blocks.
  void drain();
  // The storage is about to be closed: a put that is under way is waited for, and those behind it
  // are answered kShutdown.
  void stop();

 private:
  struct Put {
    std::string name;
    Bytes blob;
    Done done;
  };

  // The job on the pool: puts until nothing waits.
  void run_waiting();
  // False if nothing waits. Under put_mutex_.
  bool run_next();

  const std::shared_ptr<plugin::StorageLog> storage_;
  Scheduler& scheduler_;
  BlockingPool& pool_;

  std::mutex put_mutex_;  // one put at a time; before waiting_mutex_
  bool stopped_ = false;  // guarded by put_mutex_
  std::mutex waiting_mutex_;
  std::deque<Put> waiting_;  // guarded by waiting_mutex_
  bool is_called_ = false;   // guarded by waiting_mutex_: a job is on its way or runs
};

}  // namespace tenon::log
