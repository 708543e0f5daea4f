// SPDX-License-Identifier: Apache-2.0
//
// A timer that belongs to the thing it is about: it goes when its owner goes, so that no callback
// ever looks for something that is not there any more. One thread: the scheduler's.
#pragma once

#include <utility>

#include "base/scheduler.h"

namespace tenon::statemachine {

class Timer {
 public:
  explicit Timer(Scheduler& scheduler) : scheduler_(scheduler) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { cancel(); }

  // Runs `work` once after `delay`, in place of what was armed before. `work` may destroy the
  // timer or arm it again.
  void arm(Duration delay, Work work) {
    cancel();
    id_ = scheduler_.call_after(delay, [this, body = std::move(work)]() mutable {
      id_ = 0;
      body();
    });
  }
  void cancel() {
    if (id_ != 0) scheduler_.cancel(std::exchange(id_, 0));
  }
  bool armed() const { return id_ != 0; }

 private:
  Scheduler& scheduler_;
  TimerId id_ = 0;
};

}  // namespace tenon::statemachine
