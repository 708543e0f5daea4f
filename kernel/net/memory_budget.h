// SPDX-License-Identifier: Apache-2.0
//
// The memory that requests of all connections may hold at one time. A connection that finds too
// little left stops reading and waits in line; whoever releases memory serves the line in its
// order, so that a large request is not overtaken for ever by small ones.
//
// Any thread. Taking and releasing are one atomic step while nobody waits.
//
// Invariants
//   1. used() never exceeds limit(), and a request of at most limit() is served once enough of the
//      earlier ones are released: nothing is taken in parts.
//   2. What `granted` was posted for is taken already; who no longer wants it releases it.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>

#include "base/scheduler.h"

namespace tenon::net {

class MemoryBudget {
 public:
  explicit MemoryBudget(uint64_t limit) : limit_(limit), free_(limit) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  uint64_t limit() const { return limit_; }
  uint64_t used() const { return limit_ - free_.load(std::memory_order_relaxed); }
  uint64_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

  // Takes `bytes` if they are free and nobody waits.
  bool try_take(uint64_t bytes);
  // Takes `bytes` (at most limit()) when the line gets there, then posts `granted` to `home`.
  void take_later(uint64_t bytes, Scheduler& home, Work granted);
  void release(uint64_t bytes);

 private:
  struct Waiter {
    uint64_t bytes;
    Scheduler* home;
    Work granted;
  };
  bool take_free(uint64_t bytes);
  void serve_line();

  const uint64_t limit_;
  std::atomic<uint64_t> free_;
  std::atomic<uint64_t> waiting_{0};
  std::mutex mutex_;
  std::deque<Waiter> line_;  // guarded by mutex_
};

}  // namespace tenon::net
