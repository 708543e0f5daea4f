// SPDX-License-Identifier: Apache-2.0
//
// Producer ids for clients, from blocks that the controller gives out. The rest of a block is
// forgotten when the broker stops; ids are plenty (63 bits).
//
// Threads: next() from any shard; the block lives on the controller's.
#pragma once

#include "base/task.h"
#include "controller/controller.h"

namespace tenon::handlers {

class ProducerIds {
 public:
  ProducerIds(controller::Controller& controller, Scheduler& controller_home)
      : controller_(controller), controller_home_(controller_home) {}

  // An id that nobody has or had. Resolves on `home`.
  Future<Result<ProducerId>> next(Scheduler& home) {
    return call_on(home, controller_home_, [this] { return take(); });
  }

 private:
  Task<Result<ProducerId>> take() {
    while (left_ == 0) {
      auto block = co_await controller_.allocate_producer_ids();
      if (!block) co_return forward(block);
      // Another caller may have brought a block meanwhile: the newer one is used, the older given
      // up.
      next_ = block->first;
      left_ = block->count;
    }
    --left_;
    co_return std::exchange(next_, next_.next());
  }

  controller::Controller& controller_;
  Scheduler& controller_home_;
  ProducerId next_{0};
  int32_t left_ = 0;
};

}  // namespace tenon::handlers
