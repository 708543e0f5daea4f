// SPDX-License-Identifier: Apache-2.0
//
// What is under way for a coordinator, so that its end can wait for it. One thread.
#pragma once

#include <optional>
#include <utility>

#include "base/task.h"

namespace tenon::groups {

class Running {
 public:
  // Held by whatever must be through before the coordinator ends.
  class Hold {
   public:
    explicit Hold(Running& running) : running_(&running) { ++running.count_; }
    Hold(Hold&& other) noexcept : running_(std::exchange(other.running_, nullptr)) {}
    Hold& operator=(Hold&&) = delete;
    ~Hold() {
      if (running_) running_->end_one();
    }

   private:
    Running* running_;
  };

  Hold hold() { return Hold(*this); }
  // Answered when nothing is held any more. Once.
  Task<void> drained() {
    if (count_ == 0) co_return;
    drained_.emplace();
    co_await drained_->future();
  }

 private:
  void end_one() {
    if (--count_ > 0 || !drained_) return;
    auto drained = std::exchange(drained_, std::nullopt);
    drained->fulfil();
  }

  size_t count_ = 0;
  std::optional<Promise<void>> drained_;
};

}  // namespace tenon::groups
