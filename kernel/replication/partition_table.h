// SPDX-License-Identifier: Apache-2.0
//
// The partitions of one shard, kept in line with the cluster's metadata image: what the image says
// this broker holds is opened, what it no longer says is removed. Opening and removing happen on
// the pool; who asks for a partition that is being opened waits for it, in order.
//
// Threads: the owner shard's, but for apply's work on the pool.
//
// Failure modes: a log that cannot be opened leaves its partition offline (kKafkaStorageError for
// all who ask), with one line in the log; the others are not touched.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/scheduler.h"
#include "base/task.h"
#include "config/topic_config.h"
#include "log/log.h"
#include "metadata/image.h"
#include "plugin/codec.h"
#include "plugin/partitioner.h"
#include "plugin/storage.h"
#include "replication/log_directories.h"
#include "replication/partition.h"

namespace tenon::replication {

// What every table of a broker is given; outlives them all.
struct StorageContext {
  BrokerId self;
  BlockingPool& pool;
  LogDirectories& directories;
  // The storage plugin of that name, or null. Any thread.
  std::function<const plugin::StorageEngine*(const std::string& name)> engine;
  const plugin::Codecs& codecs;
  config::TopicConfig topic_defaults;
  int64_t producer_expiry_ms = 86'400'000;
  // The partitioner plugin of that name, or null. Any thread.
  std::function<const plugin::Partitioner*(const std::string& name)> partitioner =
      [](const std::string&) { return nullptr; };
};

// A partition that this broker leads and that takes no records.
struct OfflinePartition {
  TopicPartition name;
  std::string why;
};

class PartitionTable {
 public:
  PartitionTable(StorageContext& context, Scheduler& scheduler, size_t shard, size_t shards);
  ~PartitionTable();
  PartitionTable(const PartitionTable&) = delete;
  PartitionTable& operator=(const PartitionTable&) = delete;

  // Takes over the image at once, and opens and removes partitions after it.
  void apply(std::shared_ptr<const metadata::Image> image);
  const metadata::Image& image() const { return *image_; }
  std::shared_ptr<const metadata::Image> shared_image() const { return image_; }

  // The open partition, or null.
  Partition* find(const Uuid& topic, int32_t index);
  // Waits while the partition is being opened. kUnknownTopicOrPartition, kKafkaStorageError.
  Task<Result<Partition*>> ready(Uuid topic, int32_t index);
  // Partition::append of an open partition in the call, or of one that opens, after it.
  Future<Result<log::AppendInfo>> append(const Uuid& topic, int32_t index, MutableBytes batches,
                                         const ProduceOptions& options);
  void for_each(const std::function<void(Partition&)>& visit);
  // Tries again to open what could not be opened for a reason that may have passed.
  void reopen_failed();
  // Why a partition of the topic that this shard owns is offline; none = all are open or opening.
  std::optional<Error> first_failure(const Uuid& topic) const;
  // The partitions that could not be opened, or whose log has failed since.
  std::vector<OfflinePartition> offline() const;
  // Resolves when nothing is being opened any more.
  Future<void> settled();
  // Resolves when the partitions of these topics that this shard owns are open, or have failed.
  // Topics that the image does not have are passed over.
  Task<void> opened(std::vector<std::string> topics);
  // Closes every log cleanly, on the pool; the table is empty afterwards.
  Task<Result<>> close();

 private:
  struct Key {
    Uuid topic;
    int32_t index;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const {
      return std::hash<Uuid>{}(key.topic) + static_cast<size_t>(key.index) * 0x9e3779b97f4a7c15ULL;
    }
  };
  struct Slot {
    std::unique_ptr<Partition> partition;  // null while it is being opened, or has failed
    std::optional<Error> failed;
    bool may_heal = true;  // another try may succeed
    std::vector<Promise<void>> waiting;
  };
  // What the pool is asked to open.
  struct Opening {
    Key key;
    TopicPartition name;
    config::TopicConfig config;
    LeaderEpoch leader_epoch;
  };
  struct Opened {
    std::string directory;
    std::unique_ptr<log::Log> log;
  };

  bool is_mine(const Uuid& topic, const metadata::PartitionInfo& partition) const;
  void apply_topic(const metadata::TopicInfo& topic);
  void remove_topic(const metadata::TopicInfo& topic);
  void open(const metadata::TopicInfo& topic, const metadata::PartitionInfo& partition);
  void submit_open(Opening opening);
  Result<Opened> open_log(const Opening& opening);
  void on_opened(const Key& key, const TopicPartition& name, Result<Opened> opened);
  // The last step of opening: shows the partition, or says why there is none.
  void settle(const Key& key, const TopicPartition& name, Result<std::unique_ptr<log::Log>> log);
  void remove_log(std::unique_ptr<log::Log> log, std::string directory);
  void finish_opening();
  config::TopicConfig config_of(const metadata::TopicInfo& topic) const;
  // Hands the topic's configuration to one of its partitions.
  void configure(Partition& partition, const metadata::TopicInfo& topic) const;

  StorageContext& context_;
  Scheduler& scheduler_;
  size_t shard_;
  size_t shards_;
  std::shared_ptr<const metadata::Image> image_;
  std::unordered_map<Key, Slot, KeyHash> slots_;
  std::unordered_map<Key, std::string, KeyHash> directories_;
  size_t opening_ = 0;
  std::vector<Promise<void>> settling_;
};

// The shard that owns a partition: partitions of one topic go round the shards.
size_t owner_shard(const Uuid& topic, int32_t index, size_t shards);

}  // namespace tenon::replication
