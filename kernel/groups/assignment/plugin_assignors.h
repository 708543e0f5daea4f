// SPDX-License-Identifier: Apache-2.0
//
// The assignor plugins as the groups reach them: each has a queue of its own, and at most one
// worker of the pool. So a plugin that hangs holds one worker, and the groups that asked it; nobody
// else waits.
//
// Threads: any. Lifetime: outlives the groups; stop the pool before it is destroyed.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>

#include "groups/assignment/assignors.h"
#include "plugin/assignor/assignor.h"

namespace tenon::groups {

class PluginAssignors final : public Assignors {
 public:
  struct Parts {
    BlockingPool& pool;
    const Clock& clock;
    // The plugin of this name, or null; it stays where it is.
    std::function<const plugin::Assignor*(std::string_view)> find;
    std::vector<std::string> names;
  };
  explicit PluginAssignors(Parts parts) : parts_(std::move(parts)) {}

  bool has(std::string_view name) const override { return parts_.find(name) != nullptr; }
  std::vector<std::string> names() const override { return parts_.names; }
  Future<Result<Assignment>> assign(Scheduler& home, std::string name, AssignmentInput input,
                                    Duration budget) override;

 private:
  struct Queue {
    std::deque<Work> waiting;
    bool running = false;
  };

  void submit(const std::string& name, Work work);
  void run_next(const std::string& name);

  Parts parts_;
  std::mutex mutex_;  // guards queues_
  std::map<std::string, Queue, std::less<>> queues_;
};

}  // namespace tenon::groups
