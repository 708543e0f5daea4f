// SPDX-License-Identifier: Apache-2.0
//
// The partition tables of all shards: which shard owns what, the arrival of a new image on every
// shard, and the periodic work on logs.
//
// Threads: publish and the schedulers' accessors from any thread; a table only on its own shard.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "base/scheduler.h"
#include "replication/partition_table.h"

namespace tenon::replication {

struct Periods {
  Duration retention_check = std::chrono::minutes(5);
  Duration flush_interval = std::chrono::seconds(1);
  Duration reopen = std::chrono::seconds(30);  // of partitions that are offline
};

class Replicas {
 public:
  // One table per scheduler, in order.
  Replicas(StorageContext& context, std::vector<Scheduler*> schedulers);

  size_t shards() const { return tables_.size(); }
  size_t owner(const Uuid& topic, int32_t index) const {
    return owner_shard(topic, index, tables_.size());
  }
  Scheduler& scheduler(size_t shard) const { return *schedulers_.at(shard); }
  PartitionTable& table(size_t shard) { return *tables_.at(shard); }

  // Called on each shard after its table has taken over an image. Set before the first publish.
  using Applied = std::function<void(size_t shard, const metadata::Image& before,
                                     const metadata::Image& after)>;
  void on_applied(Applied listener) { applied_ = std::move(listener); }

  // Hands the image to every shard. Any thread.
  void publish(std::shared_ptr<const metadata::Image> image);
  // Resolves on `home` when every shard has taken over what was published and opened it.
  Task<void> settled(Scheduler& home);
  // Resolves on `home` when every shard has taken over what was published, and those of `topics`
  // are open or have failed. What else is being opened is not waited for.
  Task<void> opened(Scheduler& home, std::vector<std::string> topics);
  // The partitions of all shards that are offline, by name. Resolves on `home`.
  Task<std::vector<OfflinePartition>> offline(Scheduler& home);
  // Why a partition of the topic is offline, if one is. Resolves on `home`.
  Task<std::optional<Error>> first_failure(Scheduler& home, Uuid topic);
  // Starts retention and interval flushes on every shard, until close.
  void start_periodic(const Periods& periods);
  // From now on nobody waits for a high watermark: who does is woken. For a broker that stops. Any
  // thread.
  void release_waits();
  bool waits_released() const { return waits_released_.load(std::memory_order_acquire); }
  // Closes every log cleanly. Resolves on `home`.
  Task<Result<>> close(Scheduler& home);

 private:
  void apply(size_t shard, std::shared_ptr<const metadata::Image> image);
  void repeat(size_t shard, Duration period, std::function<void(PartitionTable&)> work);

  std::vector<Scheduler*> schedulers_;
  std::vector<std::unique_ptr<PartitionTable>> tables_;
  Applied applied_;
  std::atomic<bool> waits_released_{false};
  std::vector<char> closed_;  // one per shard, touched only there
};

}  // namespace tenon::replication
