// SPDX-License-Identifier: Apache-2.0
//
// The memory that requests of all connections may hold at one time. A connection that finds too
// little left stops reading and waits in line; whoever releases memory serves the line in its
// order, so that a large request is not overtaken for ever by smaller ones.
//
// A part is kept for small requests, which have a line of their own: they are answered while others
// hold everything else with large frames that they have announced and do not send.
//
// Any thread. Taking and releasing are one atomic step while nobody waits.
//
// Invariants
//   1. used() never exceeds limit(), and a request of at most limit() is served once enough of the
//      earlier ones are released: nothing is taken in parts.
//   2. After a large request was granted, the reserve is free, unless the request needs more than
//      the rest.
//   3. What `granted` was posted for is taken already; who no longer wants it releases it.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>

#include "base/scheduler.h"

namespace tenon::net {

class MemoryBudget {
 public:
  // Requests of up to so many bytes are small.
  static constexpr uint64_t kSmallBytes = 16u << 10;

  explicit MemoryBudget(uint64_t limit) : limit_(limit), reserve_(limit / 8), free_(limit) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  uint64_t limit() const { return limit_; }
  uint64_t used() const { return limit_ - free_.load(std::memory_order_relaxed); }
  uint64_t waiting() const { return small_waiting_.load() + large_waiting_.load(); }

  // Takes `bytes` if they are free and nobody waits who comes before.
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
  void serve_lines();
  void serve_line(std::deque<Waiter>& line, std::atomic<uint64_t>& length);

  const uint64_t limit_;
  const uint64_t reserve_;
  std::atomic<uint64_t> free_;
  std::atomic<uint64_t> small_waiting_{0};
  std::atomic<uint64_t> large_waiting_{0};
  std::mutex mutex_;
  std::deque<Waiter> small_line_;  // guarded by mutex_
  std::deque<Waiter> large_line_;  // guarded by mutex_
};

}  // namespace tenon::net
