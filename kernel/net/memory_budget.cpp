// SPDX-License-Identifier: Apache-2.0

#include "net/memory_budget.h"

#include "base/assert.h"

namespace tenon::net {

bool MemoryBudget::take_free(uint64_t bytes) {
  uint64_t have = free_.load();
  while (have >= bytes) {
    if (free_.compare_exchange_weak(have, have - bytes)) return true;
  }
  return false;
}

bool MemoryBudget::try_take(uint64_t bytes) {
  return waiting_.load() == 0 && take_free(bytes);
}

void MemoryBudget::take_later(uint64_t bytes, Scheduler& home, Work granted) {
  TN_ASSERT(bytes <= limit_);
  const std::lock_guard lock(mutex_);
  line_.push_back({bytes, &home, std::move(granted)});
  // Sequentially consistent, as the addition in release(): one of the two sees the other, so that
  // nobody waits for memory that came back meanwhile.
  waiting_.fetch_add(1);
  serve_line();
}

void MemoryBudget::release(uint64_t bytes) {
  const uint64_t before = free_.fetch_add(bytes);
  TN_ASSERT(before + bytes <= limit_);
  if (waiting_.load() == 0) return;
  const std::lock_guard lock(mutex_);
  serve_line();
}

void MemoryBudget::serve_line() {
  while (!line_.empty() && take_free(line_.front().bytes)) {
    Waiter served = std::move(line_.front());
    line_.pop_front();
    waiting_.fetch_sub(1);
    served.home->post(std::move(served.granted));
  }
}

}  // namespace tenon::net
