// SPDX-License-Identifier: Apache-2.0
//
// A coordinator's log in memory, for tests and simulations: it can hold appends back, as a slow
// disk or follower does, and refuse them. One thread.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "base/task.h"
#include "record/batch.h"
#include "statemachine/coordinator_log.h"
#include "statemachine/state_machine.h"

namespace tenon::statemachine {

class SimLog final : public CoordinatorLog {
 public:
  Task<Result<Offset>> append(Bytes batch) override;
  Task<Result<>> read_all(std::function<void(ByteView batches)> sink) override;

  // While held, appends are in the log but not committed, and a read waits.
  void hold() { held_ = true; }
  // Commits everything that was held back, in order.
  void release();
  // Every append from now on fails with `code`; held ones fail when they are released.
  void fail_with(Errc code) { failure_ = code; }
  void recover() { failure_.reset(); }

  size_t batches() const { return batches_.size(); }
  size_t waiting() const { return waiting_.size(); }
  // The records of the batch at `index`, copied.
  std::vector<Record> records_of(size_t index) const;
  // Every committed record, copied.
  std::vector<Record> all_records() const;
  // Puts a batch at the end, as if it had been there before.
  void preload(Bytes batch) { store(std::move(batch)); }

 private:
  struct Held {
    Bytes batch;
    Promise<Result<Offset>> done;
  };
  Result<Offset> commit(Bytes batch);
  Offset store(Bytes batch);

  std::vector<Bytes> batches_;
  std::deque<Held> waiting_;
  std::vector<Promise<void>> readers_;
  Offset end_{0};
  std::optional<Errc> failure_;
  bool held_ = false;
};

}  // namespace tenon::statemachine
