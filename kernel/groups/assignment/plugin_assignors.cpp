// SPDX-License-Identifier: Apache-2.0

#include "groups/assignment/plugin_assignors.h"

#include "groups/assignment/compute.h"

namespace tenon::groups {

Future<Result<Assignment>> PluginAssignors::assign(Scheduler& home, std::string name,
                                                   AssignmentInput input, Duration budget) {
  Promise<Result<Assignment>> promise;
  auto future = promise.future();
  const plugin::Assignor* assignor = parts_.find(name);
  if (assignor == nullptr) {
    promise.fulfil(fail(Errc::kPluginMissing, name, "no assignor of this name is loaded"));
    return future;
  }
  submit(name, [this, &home, assignor, budget, input = std::move(input),
                promise = std::move(promise)]() mutable {
    // Each group has all of its time, however long the one before it took.
    const MonoTime deadline = parts_.clock.now() + budget;
    auto answer = compute_assignment(input, [&](const plugin::AssignorGroup& group) {
      return assignor->assign(group, {.clock = parts_.clock, .deadline = deadline});
    });
    // The image goes where it came from with the rest of the question: on this worker.
    input = {};
    home.post([promise = std::move(promise), answer = std::move(answer)]() mutable {
      promise.fulfil(std::move(answer));
    });
  });
  return future;
}

void PluginAssignors::submit(const std::string& name, Work work) {
  {
    const std::lock_guard lock(mutex_);
    Queue& queue = queues_[name];
    queue.waiting.push_back(std::move(work));
    if (queue.running) return;
    queue.running = true;
  }
  parts_.pool.submit([this, name] { run_next(name); });
}

// One job, and then the pool decides again who is next: no group keeps a worker.
void PluginAssignors::run_next(const std::string& name) {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    Queue& queue = queues_.find(name)->second;
    work = std::move(queue.waiting.front());
    queue.waiting.pop_front();
  }
  work();
  {
    const std::lock_guard lock(mutex_);
    Queue& queue = queues_.find(name)->second;
    queue.running = !queue.waiting.empty();
    if (!queue.running) return;
  }
  parts_.pool.submit([this, name] { run_next(name); });
}

}  // namespace tenon::groups
