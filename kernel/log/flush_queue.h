// SPDX-License-Identifier: Apache-2.0
//
// The flushes of one log: at most one in flight in the storage, and who comes meanwhile shares the
// next one. So under load one fsync makes many appends durable.
//
// Happy path: request -> storage flush -> its completion, on any thread -> posted to the owner ->
// the callers of that round are answered, and the next round begins if anyone waits. Failure: the
// first failed flush fails the queue for good. Everyone waiting, and everyone after, gets
// kKafkaStorageError; nothing is tried again, because a page cache that has lost a write forgets
// that it did. A log whose directory has vanished fails in the same way: a flush of it says
// nothing.
//
// Threads: request and truncate on the owner's scheduler; stop and failed on any, because a log is
// closed and deleted on a thread that may block. Shared, so that a completion finds it after the
// log has gone.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/scheduler.h"
#include "log/directory_watch.h"
#include "plugin/storage.h"

namespace tenon::log {

// Called on the owner's scheduler. The log is durable below the offset.
using Durable = std::move_only_function<void(Result<Offset>)>;

class FlushQueue : public std::enable_shared_from_this<FlushQueue> {
 public:
  // `durable` is the offset below which the storage is known to be durable already.
  FlushQueue(std::shared_ptr<plugin::StorageLog> storage, DirectoryWatch directory,
             Scheduler& scheduler, Offset durable)
      : storage_(std::move(storage)),
        directory_(std::move(directory)),
        scheduler_(scheduler),
        durable_(durable) {}

  // Answers `done`, never from within the call, once everything below `end`, the log's end now, is
  // durable. Nothing is written if it is already.
  void request(Offset end, Durable done);
  // Fails the log for good when its directory has vanished; the error then.
  Result<> check_directory();
  // What lies at or above `end` has been cut off; it is not durable when it is written again.
  void truncate(Offset end);
  // The storage is about to be closed, which flushes: no flush begins from now on. Whoever waits is
  // answered by the flush in flight or by stop().
  void hold();
  // The storage is closed, or the log is going: nothing more is flushed. Whoever still waits gets
  // `outcome`.
  void stop(const Result<Offset>& outcome);
  bool failed() const { return failed_.load(std::memory_order_acquire); }
  // Why the log has failed; only if failed().
  const Error& failure() const { return *failure_; }

 private:
  using Waiters = std::vector<Durable>;

  void begin_round();
  void finish_round(Result<> flushed);
  const Error& fail_locked(const Error& why);
  static void answer(Waiters waiters, const Result<Offset>& outcome);

  const std::shared_ptr<plugin::StorageLog> storage_;
  const DirectoryWatch directory_;
  Scheduler& scheduler_;
  std::atomic<bool> failed_ = false;
  std::optional<Error> failure_;  // set before failed_, once

  // Under it is everything below, and the call of the storage's flush, so that none begins after
  // stop. Never held while a caller is answered.
  std::mutex mutex_;
  Offset durable_;
  bool held_ = false;
  bool stopped_ = false;
  bool in_flight_ = false;
  Offset round_end_{};     // what the flush in flight makes durable
  Waiters round_waiters_;  // of the flush in flight
  Offset next_end_{};      // what the next one will
  Waiters next_waiters_;
};

}  // namespace tenon::log
