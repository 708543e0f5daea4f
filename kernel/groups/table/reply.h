// SPDX-License-Identifier: Apache-2.0
//
// The answer that a parked request waits for. It is delivered from the event loop and never from
// inside send(): whoever waits may at once make the next request, and would find a group in the
// middle of a change. One thread. A reply that is dropped unsent delivers kCancelled.
#pragma once

#include <utility>

#include "base/scheduler.h"
#include "base/task.h"

namespace tenon::groups {

template <class T>
class Reply {
 public:
  explicit Reply(Scheduler& scheduler) : scheduler_(&scheduler) {}

  Future<Result<T>> future() { return promise_.future(); }
  // Once.
  void send(T response) {
    scheduler_->post([promise = std::move(promise_), response = std::move(response)]() mutable {
      promise.fulfil(std::move(response));
    });
  }

 private:
  Scheduler* scheduler_;
  Promise<Result<T>> promise_;
};

}  // namespace tenon::groups
