// SPDX-License-Identifier: Apache-2.0
//
// Typed handle over the assignor ABI (tenon/assignor.h). It checks every answer: what it returns
// can be given to the group as it is, whatever the plugin says.
//
// Threads: assign blocks for as long as the plugin works, so it is called on a worker, never on a
// shard. One call at a time reaches the plugin; others wait. swap from any thread, between calls.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "plugin/assignor/group.h"
#include "plugin/watch/watch.h"

namespace tenon::plugin {

// When an assignor is asked to give up. It cannot be made to.
struct AssignorBudget {
  const Clock& clock;
  MonoTime deadline;
  const std::atomic<bool>* cancelled = nullptr;  // null = never
};

class Assignor {
 public:
  // The reader of each partition, [topic][partition] as in the group: a number in
  // AssignorGroup::members, or TN_NOBODY where nobody subscribes to the topic.
  using Readers = std::vector<std::vector<int32_t>>;

  // `instance` is let go of after the last call on `self`; null if somebody else keeps that alive.
  Assignor(std::string name, const tn_assignor& api, void* self,
           std::shared_ptr<const void> instance = nullptr, const Watch& watch = Watch::none());
  Assignor(const Assignor&) = delete;
  Assignor& operator=(const Assignor&) = delete;

  // kPluginFailed for a plugin that fails or answers with something that is no assignment of the
  // group, with what is wrong; kTimeout or kCancelled for one that gave up when it was asked to. An
  // answer that is right but late is taken, because the next one would be no earlier.
  Result<Readers> assign(const AssignorGroup& group, const AssignorBudget& budget) const;

  // What is assigned from now on is assigned by this plugin.
  void swap(const tn_assignor& api, void* self, std::shared_ptr<const void> instance);

  // How many answers were refused, and how many came after their deadline.
  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }
  uint64_t late() const { return late_.load(std::memory_order_relaxed); }
  const std::string& name() const { return name_; }
  bool sticky() const { return (flags() & TN_ASSIGNOR_STICKY) != 0; }
  bool rack_aware() const { return (flags() & TN_ASSIGNOR_RACK_AWARE) != 0; }

 private:
  Result<Readers> ask(const AssignorGroup& group, const AssignorBudget& budget) const;
  void note_lateness(const AssignorBudget& budget) const;
  uint32_t flags() const { return flags_.load(std::memory_order_relaxed); }

  std::string name_;
  const Watch& watch_;
  CallMeter meter_ = watch_.meter("assign");
  mutable std::mutex calling_;  // guards the next three, for the whole of a call
  const tn_assignor* api_;
  void* self_;
  std::shared_ptr<const void> instance_;
  std::atomic<uint32_t> flags_;
  mutable std::atomic<uint64_t> refused_{0};
  mutable std::atomic<uint64_t> late_{0};
};

}  // namespace tenon::plugin
