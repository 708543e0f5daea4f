// SPDX-License-Identifier: Apache-2.0
//
// A coordinator's log over the leader of one partition of __consumer_offsets: appends with
// acks=all, reads what is committed.
//
// Threads: the partition's owner shard. Lifetime: as the table that it was made from.
#pragma once

#include "replication/partition_table.h"
#include "statemachine/coordinator_log.h"

namespace tenon::groups {

class PartitionLog final : public statemachine::CoordinatorLog {
 public:
  PartitionLog(replication::PartitionTable& table, Scheduler& scheduler, Uuid topic, int32_t index)
      : table_(table), scheduler_(scheduler), topic_(topic), index_(index) {}

  Task<Result<Offset>> append(Bytes batch) override;
  Task<Result<>> read_all(std::function<void(ByteView batches)> sink) override;

 private:
  replication::PartitionTable& table_;
  Scheduler& scheduler_;
  Uuid topic_;
  int32_t index_;
};

}  // namespace tenon::groups
