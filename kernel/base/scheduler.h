// SPDX-License-Identifier: Apache-2.0
//
// A shard's event loop as the rest of the kernel sees it: work, timers and a clock. One thread runs
// everything that was given to one scheduler, in the order in which it was posted. net/ implements
// it on Asio, base/sim_scheduler.h on a clock that tests move.
#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.h"

namespace tenon {

using Work = std::move_only_function<void()>;
using TimerId = uint64_t;  // 0 = no timer

class Scheduler {
 public:
  virtual ~Scheduler() = default;
  // Any thread. Runs `work` later on this scheduler's thread; never inline. FIFO per poster.
  virtual void post(Work work) = 0;
  // Own thread only. Runs `work` once when clock().now() has reached `when`.
  virtual TimerId call_at(MonoTime when, Work work) = 0;
  // Own thread only. After cancel the work will not run; unknown and past ids are ignored.
  virtual void cancel(TimerId timer) = 0;
  virtual const Clock& clock() const = 0;
  // Any thread: is the caller on this scheduler's thread?
  virtual bool is_current() const = 0;

  TimerId call_after(Duration delay, Work work) {
    return call_at(clock().now() + delay, std::move(work));
  }
};

// Runs blocking work (fsync, recovery, checksums of old data) off the shards.
class BlockingPool {
 public:
  virtual ~BlockingPool() = default;
  // Any thread. Runs `work` once on a thread of the pool; never inline.
  virtual void submit(Work work) = 0;
};

}  // namespace tenon
