// SPDX-License-Identifier: Apache-2.0
//
// A scheduler for tests and simulations: nothing happens until it is told to run, and time passes
// only when it is moved. Posted work is never dropped; timers of one instant run in the order they
// were set. One thread. Also a BlockingPool, whose work runs among the posted work.
#pragma once

#include <deque>
#include <map>

#include "base/scheduler.h"

namespace tenon {

class SimScheduler final : public Scheduler, public BlockingPool {
 public:
  void post(Work work) override { queue_.push_back(std::move(work)); }
  void submit(Work work) override { queue_.push_back(std::move(work)); }
  TimerId call_at(MonoTime when, Work work) override;
  void cancel(TimerId timer) override;
  const Clock& clock() const override { return clock_; }
  bool is_current() const override { return true; }

  ManualClock& manual_clock() { return clock_; }
  // Runs posted work, and what it posts, until there is none. Due timers count as work.
  void run();
  // Moves time forward, stopping at each timer on the way to run it, then runs what is left.
  void advance(Duration by);
  bool idle() const { return queue_.empty(); }
  size_t timers() const { return timers_.size(); }

 private:
  bool run_due_timer();

  ManualClock clock_;
  std::deque<Work> queue_;
  std::map<std::pair<MonoTime, TimerId>, Work> timers_;
  TimerId last_timer_ = 0;
};

}  // namespace tenon
