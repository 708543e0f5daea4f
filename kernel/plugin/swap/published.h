// SPDX-License-Identifier: Apache-2.0
//
// The generation of something that can be exchanged while it is in use. Who uses it holds on to the
// generation that he has begun with; who begins gets the latest. An old generation goes when the
// last one who uses it lets go of it.
//
// Any thread. is_latest() is one load, for hot paths; latest() takes a lock for the time of copying
// a pointer.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

namespace tenon::plugin {

template <class T>
class Published {
 public:
  using Pointer = std::shared_ptr<T>;

  explicit Published(Pointer first) : known_(first.get()), latest_(std::move(first)) {}
  Published(const Published&) = delete;
  Published& operator=(const Published&) = delete;

  Pointer latest() const {
    const std::lock_guard lock(mutex_);
    return latest_;
  }
  // `mine` is kept by its holder, so no other can have taken its address.
  bool is_latest(const Pointer& mine) const {
    return known_.load(std::memory_order_acquire) == mine.get();
  }
  // Whoever begins afterwards gets `next`.
  void publish(Pointer next) {
    // What was there is let go of outside of the lock: that may end a generation.
    const std::lock_guard lock(mutex_);
    known_.store(next.get(), std::memory_order_release);
    latest_.swap(next);
  }

 private:
  std::atomic<const T*> known_;
  mutable std::mutex mutex_;
  Pointer latest_;  // under mutex_
};

}  // namespace tenon::plugin
