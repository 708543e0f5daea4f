// SPDX-License-Identifier: Apache-2.0
//
// What a coordinator needs of the log that keeps its state: one partition of an internal topic.
// broker/ implements it over the partition's leader, sim_log.h in memory.
//
// Threads: all calls and all results are on the coordinator's scheduler.
#pragma once

#include <functional>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/task.h"

namespace tenon::statemachine {

class CoordinatorLog {
 public:
  virtual ~CoordinatorLog() = default;

  // Appends one record batch (record format version 2) and answers with its base offset when the
  // high watermark has passed it. The batch takes its place in the log before the task first
  // suspends, and appends are answered in the order in which they were made. An error says that the
  // batch is not in the log and never will be.
  virtual Task<Result<Offset>> append(Bytes batch) = 0;

  // Shows every committed batch to `sink`, in order; one call may bring several whole batches. The
  // views are valid during the call only.
  virtual Task<Result<>> read_all(std::function<void(ByteView batches)> sink) = 0;
};

}  // namespace tenon::statemachine
