// SPDX-License-Identifier: Apache-2.0
//
// Does a function allocate, even if it frees at once what it took?
//
// The function runs on a thread that has never allocated. glibc gives a thread its cache of free
// chunks on the first call of malloc, which stays in the books that mallinfo2 shows; so one
// allocation shows, whatever becomes of it. The thread is made without std::thread, which allocates
// on it. Where the books do not move (another C library, a sanitizer's allocator, a cache that was
// tuned away) a trial shows it, and the answer is "unknown".
#pragma once

#include <malloc.h>
#include <pthread.h>

#include <atomic>
#include <cstdlib>

namespace tenon {
inline namespace sdk {
namespace conformance {

enum class Allocates { kNo, kYes, kUnknown };

namespace detail {

template <class Function>
struct FreshThread {
  Function& function;
  std::atomic<int> turn{0};  // 1: go; 2: done; 3: end, and take the cache along

  static void* run(void* self) {
    auto& fresh = *static_cast<FreshThread*>(self);
    fresh.wait_for(1);
    fresh.function();
    fresh.turn.store(2, std::memory_order_release);
    fresh.wait_for(3);
    return nullptr;
  }
  void wait_for(int wanted) const {
    while (turn.load(std::memory_order_acquire) != wanted) {
    }
  }
};

// True if the books of the allocator moved while the function ran. Nobody else may allocate then.
template <class Function>
bool moves_the_books(Function& function) {
  FreshThread<Function> fresh{function, {}};
  pthread_t thread;
  if (::pthread_create(&thread, nullptr, FreshThread<Function>::run, &fresh) != 0) return false;
  const struct mallinfo2 before = ::mallinfo2();
  fresh.turn.store(1, std::memory_order_release);
  fresh.wait_for(2);
  const struct mallinfo2 after = ::mallinfo2();
  fresh.turn.store(3, std::memory_order_release);
  ::pthread_join(thread, nullptr);
  return before.uordblks != after.uordblks || before.hblkhd != after.hblkhd;
}

}  // namespace detail

template <class Function>
Allocates allocates(Function&& function) {
  const auto trial = [] {
    void* volatile block = std::malloc(1);
    std::free(block);
  };
  const auto nothing = [] {};
  const bool usable = detail::moves_the_books(trial) && !detail::moves_the_books(nothing);
  if (!usable) return Allocates::kUnknown;
  return detail::moves_the_books(function) ? Allocates::kYes : Allocates::kNo;
}

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
