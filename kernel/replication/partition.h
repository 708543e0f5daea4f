// SPDX-License-Identifier: Apache-2.0
//
// One partition as its leader sees it: the log, the leader epoch, the high watermark, and who waits
// for it to move. A partition lives on its owner shard; every call is made there.
//
// Way of an append: check epoch and min ISR -> log (validates, asks the partitioner guard, assigns
// offsets, one write) -> ask the log to make it durable -> the high watermark moves -> waiting
// producers are answered in offset order and waiting fetches are woken.
//
// With tenon.fsync = interval or never nobody waits for the disk; flush.messages and flush.ms bound
// what may then be unflushed, as in Kafka: so many records, or that long since the first of them.
//
// Failure modes: a refused batch changes nothing. A failed write or flush fails the log for good:
// all waiting producers get kKafkaStorageError, and every later append too.
//
// Invariants
//   1. log start <= high watermark <= log end offset.
//   2. With tenon.fsync = before_ack the high watermark never passes what is on disk: a consumer
//   never
//      sees a record that a power cut could take back.
//   3. Waiters are ordered by the offset that they wait for.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/scheduler.h"
#include "base/task.h"
#include "log/log.h"
#include "metadata/image.h"
#include "replication/high_watermark_wait.h"
#include "replication/partition_guard.h"

namespace tenon::replication {

// acks of a produce request.
inline constexpr int16_t kAcksNone = 0;
inline constexpr int16_t kAcksLeader = 1;
inline constexpr int16_t kAcksAll = -1;

struct ProduceOptions {
  int16_t acks = kAcksAll;
  MonoTime deadline{};  // after it a waiting producer is answered kTimeout
  bool from_client = true;
  bool allow_zstd = true;  // false for requests older than version 7 (KIP-110)
  // Where the partitioner guard leaves what it finds, before the append is answered; may be null.
  GuardSink* findings = nullptr;
};

// What a fetch asks of one partition.
struct FetchRange {
  Offset offset;
  LeaderEpoch current_leader_epoch = kNoLeaderEpoch;  // the client's belief; none = not checked
  uint64_t max_bytes = 0;
  bool whole_first = true;  // at least one whole batch, whatever max_bytes says
};

struct Fetched {
  Payload records;
  Offset high_watermark;
  Offset last_stable_offset;
  Offset log_start_offset;
};

struct Offsets {
  Offset log_start;
  Offset high_watermark;
  Offset log_end;
};

class Partition {
 public:
  // `state.leader` is this broker. The log must be open. Begins to make what recovery found
  // durable, and shows it once it is.
  Partition(TopicPartition name, Uuid topic_id, metadata::PartitionInfo state,
            std::unique_ptr<log::Log> log, Scheduler& scheduler);
  ~Partition();
  Partition(const Partition&) = delete;
  Partition& operator=(const Partition&) = delete;

  // Appends in the call; the future resolves at once for acks 0 and 1, and when the high watermark
  // has passed the batch for acks -1. `batches` is patched in place and must live as long as the
  // call.
  Future<Result<log::AppendInfo>> append(MutableBytes batches, const ProduceOptions& options);
  // Whole batches below the high watermark. kOffsetOutOfRange, kFencedLeaderEpoch,
  // kUnknownLeaderEpoch.
  Result<Fetched> fetch(const FetchRange& range);
  // Wakes `wait` at the next move of the high watermark.
  void wait_for_high_watermark(std::shared_ptr<HighWatermarkWait> wait);
  // Wakes all that wait now.
  void wake_fetches();
  // KIP-320: fences a client whose belief about the leader epoch is wrong.
  Result<> check_leader_epoch(LeaderEpoch believed) const;

  void set_state(metadata::PartitionInfo state) { state_ = std::move(state); }
  void set_config(config::TopicConfig config);
  void set_guard(GuardRules rules) { guard_.set_rules(std::move(rules)); }
  // What the interval of tenon.fsync = interval asks for; nothing otherwise.
  void flush_if_interval();
  void apply_retention();

  // Why producers cannot write to it now (Log::failure).
  std::optional<Error> failure() const { return log_->failure(); }
  Offsets offsets() const;
  LeaderEpoch leader_epoch() const { return state_.leader_epoch; }
  const TopicPartition& name() const { return name_; }
  const Uuid& topic_id() const { return topic_id_; }
  log::Log& log() { return *log_; }
  const PartitionGuard& guard() const { return guard_; }
  // Answers every waiter kNotLeaderOrFollower and gives the log up, to be closed or removed.
  std::unique_ptr<log::Log> release();

 private:
  struct Waiter {
    Offset until;  // high watermark needed
    MonoTime deadline;
    log::AppendInfo info;
    Promise<Result<log::AppendInfo>> done;
  };

  void make_durable();
  void flush_if_due();
  void flush_in_background();
  void cancel_flush_timer();
  void on_durable(Result<Offset> durable);
  void move_high_watermark(Offset to);
  void answer_waiters();
  void fail_waiters(const Error& error);
  // Sees to it that expire_waiters runs at `deadline`, or before.
  void arm_deadline(MonoTime deadline);
  void expire_waiters();

  TopicPartition name_;
  Uuid topic_id_;
  metadata::PartitionInfo state_;
  std::unique_ptr<log::Log> log_;
  Scheduler& scheduler_;
  PartitionGuard guard_;
  Offset high_watermark_;
  std::deque<Waiter> producers_;
  std::vector<std::shared_ptr<HighWatermarkWait>> fetches_;
  TimerId deadline_timer_ = 0;
  MonoTime deadline_at_{};  // of the timer
  Offset flush_asked_;      // everything below has been flushed, or is being
  TimerId flush_timer_ = 0;
  // Completions of flushes that outlive the partition find this gone.
  std::shared_ptr<Partition*> alive_;
};

}  // namespace tenon::replication
