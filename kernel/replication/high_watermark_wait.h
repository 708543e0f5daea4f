// SPDX-License-Identifier: Apache-2.0
//
// A fetch that waits for data: one HighWatermarkWait per request, shared with every partition that
// the request reads. The first partition whose high watermark moves wakes it; so does wake() by
// anyone else (a deadline, a shutdown). Waking happens once, on the scheduler that waits.
//
// Threads: the future is awaited on `home`; wake() may be called from any thread.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "base/scheduler.h"
#include "base/task.h"

namespace tenon::replication {

class HighWatermarkWait : public std::enable_shared_from_this<HighWatermarkWait> {
 public:
  explicit HighWatermarkWait(Scheduler& home) : home_(home) {}

  // Home only, once; ready at once if it was woken before.
  Future<void> woken() { return std::move(woken_); }
  // True after the first wake: partitions drop such waits from their lists.
  bool done() const { return done_.load(std::memory_order_acquire); }
  void wake() {
    if (done_.exchange(true, std::memory_order_acq_rel)) return;
    home_.post([self = shared_from_this()] { self->promise_.fulfil(); });
  }

 private:
  Scheduler& home_;
  std::atomic<bool> done_{false};
  Promise<void> promise_;
  // Taken now: a wake may come home before anybody asks for the future.
  Future<void> woken_ = promise_.future();
};

}  // namespace tenon::replication
