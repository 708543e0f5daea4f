// SPDX-License-Identifier: Apache-2.0

#include "sync_queue.h"

#include <algorithm>
#include <utility>

#include "log.h"

namespace tenon::segment {

void SyncQueue::add(std::shared_ptr<Log> log, std::optional<Flushed> done) {
  Syncs sync;
  sync.push_back({std::move(log), std::move(done)});
  {
    std::lock_guard lock(mutex_);
    waiting_.splice(waiting_.end(), sync);
    if (is_called_ || workers_ == kWorkers) return;
    is_called_ = true;
    workers_++;
  }
  call_workers(1);
}

void SyncQueue::call_workers(size_t n) const {
  const tn_host_executor& executor = services_.executor;
  void* self = const_cast<SyncQueue*>(this);
  for (size_t i = 0; i < n; i++) executor.submit(executor.ctx, &SyncQueue::work, self);
}

void SyncQueue::work(void* queue) {
  static_cast<SyncQueue*>(queue)->run_rounds();
}

void SyncQueue::run_rounds() {
  {
    std::lock_guard lock(mutex_);
    is_called_ = false;
  }
  // Each is let go of, and with it perhaps the last reference to a log, outside of the lock.
  for (Syncs next = take_next(); !next.empty(); next = take_next())
    next.front().log->run_sync(next.front().done);
}

// What the calling worker does next; nothing if it is to end.
SyncQueue::Syncs SyncQueue::take_next() {
  Syncs next;
  std::unique_lock lock(mutex_);
  while (round_.empty() && !waiting_.empty()) begin_round(lock);
  if (round_.empty())
    workers_--;
  else
    next.splice(next.end(), round_, round_.begin());
  return next;
}

// Makes a round of what waits. While the write-back is begun, the others go on with what comes.
void SyncQueue::begin_round(std::unique_lock<std::mutex>& lock) {
  Syncs fresh;
  fresh.swap(waiting_);
  if (fresh.size() > kWorkers) {
    lock.unlock();
    for (const Sync& sync : fresh) sync.log->start_writeback();
    lock.lock();
  }
  const size_t helpers = std::min(kWorkers - workers_, fresh.size() - 1);
  workers_ += helpers;
  round_.splice(round_.end(), fresh);
  if (helpers == 0) return;
  lock.unlock();
  call_workers(helpers);
  lock.lock();
}

}  // namespace tenon::segment
