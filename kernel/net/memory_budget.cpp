// SPDX-License-Identifier: Apache-2.0

#include "net/memory_budget.h"

#include <algorithm>

#include "base/assert.h"

namespace tenon::net {

bool MemoryBudget::take_free(uint64_t bytes) {
  const uint64_t kept = bytes > kSmallBytes ? std::min(reserve_, limit_ - bytes) : 0;
  uint64_t have = free_.load();
  while (have >= bytes + kept) {
    if (free_.compare_exchange_weak(have, have - bytes)) return true;
  }
  return false;
}

bool MemoryBudget::try_take(uint64_t bytes) {
  if (bytes > limit_ || small_waiting_.load() > 0) return false;
  if (bytes > kSmallBytes && large_waiting_.load() > 0) return false;
  return take_free(bytes);
}

void MemoryBudget::take_later(uint64_t bytes, Scheduler& home, Work granted) {
  TN_ASSERT(bytes <= limit_);
  const bool small = bytes <= kSmallBytes;
  const std::lock_guard lock(mutex_);
  (small ? small_line_ : large_line_).push_back({bytes, &home, std::move(granted)});
  // Sequentially consistent, as the addition in release(): one of the two sees the other, so that
  // nobody waits for memory that came back meanwhile.
  (small ? small_waiting_ : large_waiting_).fetch_add(1);
  serve_lines();
}

void MemoryBudget::release(uint64_t bytes) {
  const uint64_t before = free_.fetch_add(bytes);
  TN_ASSERT(before + bytes <= limit_);
  if (small_waiting_.load() == 0 && large_waiting_.load() == 0) return;
  const std::lock_guard lock(mutex_);
  serve_lines();
}

void MemoryBudget::serve_lines() {
  serve_line(small_line_, small_waiting_);
  if (small_line_.empty()) serve_line(large_line_, large_waiting_);
}

void MemoryBudget::serve_line(std::deque<Waiter>& line, std::atomic<uint64_t>& length) {
  while (!line.empty() && take_free(line.front().bytes)) {
    Waiter served = std::move(line.front());
    line.pop_front();
    length.fetch_sub(1);
    served.home->post(std::move(served.granted));
  }
}

}  // namespace tenon::net
