// SPDX-License-Identifier: Apache-2.0
#include "plugin/assignor/assignor.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/log.h"
#include "plugin/abi_error.h"

namespace tenon::plugin {

namespace {

// What lies on both sides of the plugin's place, and must still be there afterwards.
constexpr size_t kGuard = 64;
constexpr int32_t kMark = 0x7e4094d5;

bool is_cancelled(const AssignorBudget& budget) {
  return budget.cancelled && budget.cancelled->load(std::memory_order_relaxed);
}

int32_t stopped(void* ctx) {
  const auto& budget = *static_cast<const AssignorBudget*>(ctx);
  return is_cancelled(budget) || budget.clock.now() >= budget.deadline ? 1 : 0;
}

// The place for an answer.
class Place {
 public:
  explicit Place(size_t n) : owners_(n + 2 * kGuard, kMark) {
    std::ranges::fill(answer(), TN_NOBODY);
  }

  std::span<int32_t> answer() {
    return std::span(owners_).subspan(kGuard, owners_.size() - 2 * kGuard);
  }
  bool guarded() const {
    const auto marked = [](int32_t owner) { return owner == kMark; };
    const std::span all(owners_);
    return std::ranges::all_of(all.first(kGuard), marked) &&
           std::ranges::all_of(all.last(kGuard), marked);
  }

 private:
  std::vector<int32_t> owners_;
};

// Holds an answer against the group.
class AnswerCheck {
 public:
  AnswerCheck(const AssignorGroup& group, const FlatGroup& flat)
      : group_(group), flat_(flat), wanted_(group.topics.size(), false) {
    for (const GroupMember& member : group.members)
      for (const uint32_t topic : member.topics) wanted_[topic] = true;
  }

  // What is wrong with the reader of a partition, or "".
  std::string fault(uint32_t topic, uint32_t partition, int32_t owner) const {
    const std::string_view name = group_.topics[topic].name;
    if (owner == TN_NOBODY) {
      if (!wanted_[topic]) return "";
      return fmt::format("it gives {}-{} to nobody, but there are subscribers", name, partition);
    }
    if (owner < 0 || static_cast<size_t>(owner) >= group_.members.size()) {
      return fmt::format("it gives {}-{} to member number {}; there are {}", name, partition, owner,
                         group_.members.size());
    }
    if (flat_.subscribes(static_cast<uint32_t>(owner), topic)) return "";
    return fmt::format("it gives {}-{} to {}, who does not subscribe to that topic", name,
                       partition, group_.members[static_cast<size_t>(owner)].id);
  }

 private:
  const AssignorGroup& group_;
  const FlatGroup& flat_;
  std::vector<bool> wanted_;  // topic -> whether anybody subscribes
};

std::unexpected<Error> why_it_failed(tn_code code, const std::string& name, const tn_error& error,
                                     const AssignorBudget& budget) {
  if (code == TN_E_AGAIN && is_cancelled(budget))
    return fail(Errc::kCancelled, name, "the assignment is not wanted any more");
  if (code == TN_E_AGAIN && budget.clock.now() >= budget.deadline)
    return fail(Errc::kTimeout, name, "the assignor was not ready by its deadline");
  return plugin_failure(code, name, error);
}

}  // namespace

Assignor::Assignor(std::string name, const tn_assignor& api, void* self,
                   std::shared_ptr<const void> instance, const Watch& watch)
    : name_(std::move(name)),
      watch_(watch),
      api_(&api),
      self_(self),
      instance_(std::move(instance)),
      flags_(api.flags) {}

void Assignor::swap(const tn_assignor& api, void* self, std::shared_ptr<const void> instance) {
  const std::lock_guard lock(calling_);
  api_ = &api;
  self_ = self;
  std::swap(instance_, instance);
  flags_.store(api.flags, std::memory_order_relaxed);
}

Result<Assignor::Readers> Assignor::assign(const AssignorGroup& group,
                                           const AssignorBudget& budget) const {
  auto readers = ask(group, budget);
  if (readers) {
    note_lateness(budget);
  } else if (readers.error().code != Errc::kTimeout && readers.error().code != Errc::kCancelled) {
    refused_.fetch_add(1, std::memory_order_relaxed);
  }
  return readers;
}

Result<Assignor::Readers> Assignor::ask(const AssignorGroup& group,
                                        const AssignorBudget& budget) const {
  const FlatGroup flat(group);
  tn_assignor_input input = flat.input();
  input.deadline_ns = budget.deadline.time_since_epoch().count();
  input.stop_ctx = const_cast<AssignorBudget*>(&budget);  // only stopped() gets it, to read it
  input.stopped = stopped;
  Place place(input.n_partitions);
  tn_error error = empty_error();
  const tn_code code = [&] {
    const std::lock_guard lock(calling_);
    const WatchedCall call(watch_, meter_);
    return call(api_->assign(self_, &input, place.answer().data(), &error));
  }();
  if (!place.guarded())
    return fail(Errc::kPluginFailed, name_, "it wrote outside of the place for its answer");
  if (code != TN_OK) return why_it_failed(code, name_, error, budget);

  const AnswerCheck check(group, flat);
  Readers readers(group.topics.size());
  for (uint32_t topic = 0; topic < readers.size(); ++topic) {
    const auto owners =
        place.answer().subspan(input.partition_at[topic], group.topics[topic].partitions);
    for (uint32_t p = 0; p < owners.size(); ++p) {
      if (const std::string fault = check.fault(topic, p, owners[p]); !fault.empty())
        return fail(Errc::kPluginFailed, name_, fault);
    }
    readers[topic].assign(owners.begin(), owners.end());
  }
  return readers;
}

void Assignor::note_lateness(const AssignorBudget& budget) const {
  const Duration over = budget.clock.now() - budget.deadline;
  if (over <= Duration::zero() || late_.fetch_add(1, std::memory_order_relaxed) > 0) return;
  log_warn("assignor {} answered {} ms after its deadline; the host says so only once", name_,
           std::chrono::duration_cast<std::chrono::milliseconds>(over).count());
}

}  // namespace tenon::plugin
