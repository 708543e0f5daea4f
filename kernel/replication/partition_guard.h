// SPDX-License-Identifier: Apache-2.0
//
// The partitioner guard of one partition: holds what clients send to it against what the topic's
// partitioner says (tenon.partitioner, tenon.partitioner.guard).
//
//   off     nobody looks, and compressed batches stay closed
//   warn    records that belong elsewhere are found and told; they enter all the same
//   reject  a batch with such a record is refused as a whole: kInvalidRecord
//
// Not judged are records without a key, records that the partitioner has no opinion of
// (TN_PARTITION_ANY), everything by a partitioner that declares state, and what the broker itself
// writes. A batch whose records cannot be read is refused by reject and told by warn.
//
// A producer learns of new partitions only when it asks for metadata again. So when a topic has
// grown, records that were right before stay right for kGrowthGrace: metadata.max.age.ms or
// topic.metadata.refresh.interval.ms (5 minutes) and what librdkafka lets a record wait
// (message.timeout.ms, 5 minutes).
//
// Lives on the partition's owner shard, like its Partition. No allocation per record, and none per
// batch while every record is where it belongs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "config/topic_config.h"
#include "log/log.h"
#include "plugin/partitioner.h"
#include "record/reader.h"

namespace tenon::replication {

struct GuardRules {
  config::PartitionerGuard mode = config::PartitionerGuard::kOff;
  std::string name{};                                // tenon.partitioner
  const plugin::Partitioner* partitioner = nullptr;  // null when it is not loaded
  int32_t partitions = 0;                            // of the topic

  bool operator==(const GuardRules&) const = default;
};

// A record that belongs to another partition.
struct MisplacedRecord {
  int32_t index = 0;  // in its batch
  int32_t belongs_to = 0;
  std::string key{};  // escaped, and cut when it is long
};

// What was found in one batch, made only when there is something.
struct GuardFindings {
  // How many records of a refused batch are named; of one that was let in it is only the first.
  static constexpr size_t kNamedMax = 100;

  std::string partitioner{};
  int32_t partition = 0;  // where the records were sent
  int32_t records = 0;    // of the batch
  int64_t misplaced = 0;
  std::vector<MisplacedRecord> first{};  // of them
  bool refused = false;
  std::string unread{};  // why the records could not be read; empty = they were

  // `record 3 with key "alice" belongs to partition 2 by partitioner hash, not 1`
  std::string sentence(const MisplacedRecord& record) const;
};
using GuardSink = std::unique_ptr<GuardFindings>;

class PartitionGuard {
 public:
  static constexpr Duration kGrowthGrace = std::chrono::minutes(10);

  PartitionGuard(TopicPartition name, const Clock& clock);
  PartitionGuard(const PartitionGuard&) = delete;
  PartitionGuard& operator=(const PartitionGuard&) = delete;

  // Takes effect for the next batch.
  void set_rules(GuardRules rules);
  bool on() const { return rules_.mode != config::PartitionerGuard::kOff; }
  // How many records were held against the partitioner.
  uint64_t checked() const { return checked_; }

  // The guard as the log asks it, for one append. Findings go to `sink`; it may be null.
  class Check final : public log::RecordCheck {
   public:
    Check(PartitionGuard& guard, GuardSink* sink) : guard_(guard), sink_(sink) {}
    Result<> check(const record::BatchView& batch, const Result<ByteView>& records) override {
      return guard_.check(batch, records, sink_);
    }

   private:
    PartitionGuard& guard_;
    GuardSink* sink_;
  };

 private:
  // A number of partitions that the topic had, and until when it still counts.
  struct OlderView {
    tn_topic_view topic;
    MonoTime until;
  };

  Result<> check(const record::BatchView& batch, const Result<ByteView>& records, GuardSink* sink);
  bool compare_keys(const record::BatchView& batch, ByteView records, GuardSink& found);
  bool compare_records(const record::BatchView& batch, ByteView records, GuardSink& found);
  void compare(int32_t index, const tn_record& record, GuardSink& found);
  bool belonged_here(const tn_record& record);
  void note(int32_t index, const tn_record& record, int32_t belongs_to, GuardSink& found);
  GuardFindings& findings(GuardSink& found) const;
  Result<> verdict(const record::BatchView& batch, GuardSink& found) const;
  Result<> verdict_unread(const record::BatchView& batch, const Error& why, GuardSink& found) const;
  void show_headers(const record::RecordView& record, tn_record& shown);

  const TopicPartition name_;
  const Clock& clock_;
  GuardRules rules_;
  std::optional<plugin::Partitioner::State> state_;
  tn_topic_view topic_{};
  std::vector<OlderView> older_;
  std::vector<tn_header> headers_;  // kept between records for its memory
  uint64_t checked_ = 0;
};

}  // namespace tenon::replication
