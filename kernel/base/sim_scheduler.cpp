// SPDX-License-Identifier: Apache-2.0

#include "base/sim_scheduler.h"

namespace tenon {

TimerId SimScheduler::call_at(MonoTime when, Work work) {
  const TimerId id = ++last_timer_;
  timers_.emplace(std::pair{when, id}, std::move(work));
  return id;
}

void SimScheduler::cancel(TimerId timer) {
  std::erase_if(timers_, [timer](const auto& entry) { return entry.first.second == timer; });
}

bool SimScheduler::run_due_timer() {
  if (timers_.empty() || timers_.begin()->first.first > clock_.now()) return false;
  auto node = timers_.extract(timers_.begin());
  node.mapped()();
  return true;
}

void SimScheduler::run() {
  while (!queue_.empty() || run_due_timer()) {
    if (queue_.empty()) continue;
    Work work = std::move(queue_.front());
    queue_.pop_front();
    work();
  }
}

void SimScheduler::advance(Duration by) {
  const MonoTime until = clock_.now() + by;
  run();
  while (!timers_.empty() && timers_.begin()->first.first <= until) {
    clock_.advance(timers_.begin()->first.first - clock_.now());
    run();
  }
  clock_.advance(until - clock_.now());
  run();
}

}  // namespace tenon
