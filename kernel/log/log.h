// SPDX-License-Identifier: Apache-2.0
//
// One partition's log: offsets, producers, leader epochs and retention on top of a storage plugin
// that only holds bytes. The partition (replication/) calls it; it knows nothing of ISR or high
// watermarks but what it is told.
//
// Way of an append: validate in place -> producer (duplicate? sequence?) -> patch offset and epoch
// into the header -> one storage append -> remember producer and epoch. A duplicate is answered
// with the offsets of the first time. Records are decompressed only when compression.type asks for
// another codec.
//
// Failure modes: a refused batch changes nothing. A failed storage append is an error of that
// append. A failed flush fails the log for good: what the page cache still holds cannot be trusted,
// so every later append and flush answers kKafkaStorageError until the log is opened, and
// recovered, again.
//
// What the log remembers beside the records, as blobs of the storage: "producer-snapshot",
// "leader-epoch-checkpoint" and "log-start-offset". Each carries a version and a CRC; the first two
// can be rebuilt from the records, and are, when they are missing or damaged.
//
// Threads: everything is called on the owner's scheduler; flush completions are brought there. A
// read's payload may travel anywhere and outlive the log.
//
// Invariants
//   1. start_offset() <= end_offset(); offsets are never given twice for different records.
//   2. At most one storage flush is in flight.
//   3. The producer state is that of the records in [log start, log end), plus what has not
//   expired.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/payload.h"
#include "base/scheduler.h"
#include "config/topic_config.h"
#include "plugin/codec.h"
#include "plugin/storage.h"

namespace tenon::log {

struct LogOptions {
  const plugin::StorageEngine* engine = nullptr;  // must outlive the log
  std::string directory = {};                     // absolute; of this log alone
  std::string name = {};                          // "orders-0", for messages
  config::TopicConfig config = {};
  Scheduler* scheduler = nullptr;           // the owner; gives the clock too
  const plugin::Codecs* codecs = nullptr;   // null = no compressed batch can be looked into
  int64_t producer_expiry_ms = 86'400'000;  // producer.id.expiration.ms
  Offset start_offset{0};                   // where a new log begins
};

struct AppendOptions {
  LeaderEpoch leader_epoch{
      0};  // written into the batches; older than the log's is kFencedLeaderEpoch
  // A client's append is held to the client's rules: one batch, no control batches, bounded
  // timestamps, sequences in order. False for what the broker itself writes.
  bool from_client = true;
  // False for a replica's append: the batches keep their offsets and epochs, which may have gaps.
  bool assign_offsets = true;
  bool allow_zstd = true;  // false for produce requests older than version 7
};

struct AppendInfo {
  Offset base_offset{};
  Offset last_offset{};
  Offset log_start_offset{};
  int64_t log_append_time_ms = -1;  // of a duplicate: the timestamp of the first time
  bool duplicate = false;           // nothing was appended; the offsets are those of the first time
};

struct TimestampOffset {
  int64_t timestamp_ms = -1;
  Offset offset{};
  LeaderEpoch epoch = kNoLeaderEpoch;  // of the batch
};

class Log {
 public:
  using TimestampOffset = log::TimestampOffset;
  // Called on the owner's scheduler, never from within flush(). The log is durable below the
  // offset.
  using Durable = std::move_only_function<void(Result<Offset>)>;

  // Opens or creates the log; recovers what a crash left. May read much of the log after a crash.
  static Result<std::unique_ptr<Log>> open(LogOptions options);
  // Without close() the log is left as a crash would leave it. Flushes in flight are still
  // answered.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Appends one or more batches as one write. `batches` is patched in place and used only in the
  // call. Readable at once, durable after a flush. Errors: those of record::validate,
  // kRecordListTooLarge (more than a segment), kFencedLeaderEpoch, kInvalidProducerEpoch,
  // kOutOfOrderSequenceNumber, kKafkaStorageError.
  Result<AppendInfo> append(MutableBytes batches, const AppendOptions& options);

  // Batches from the one that holds `from` up to `max_bytes`, none with a base offset >= `end`;
  // with `whole_first` at least the whole first one. The last may be cut. Empty at the end of the
  // log; kOffsetOutOfRange outside [start, end].
  Result<Payload> read(Offset from, Offset end, uint64_t max_bytes, bool whole_first);

  // The first record at or after the log start whose timestamp is >= timestamp_ms.
  Result<std::optional<TimestampOffset>> offset_for_time(int64_t timestamp_ms);
  // The first record with the largest timestamp of the log (KIP-734).
  Result<std::optional<TimestampOffset>> max_timestamp();

  Offset start_offset() const;
  Offset end_offset() const;
  int64_t bytes() const;  // of all segments
  const std::string& name() const;
  const config::TopicConfig& config() const;
  // A flush has failed: the log takes no more appends.
  bool failed() const;
  // What opening found.
  const plugin::LogState& opened_state() const;

  // Makes everything appended so far durable, then calls `done` with the offset below which it is.
  // At most one storage flush is in flight; who comes meanwhile shares the next one.
  void flush(Durable done);
  // Deletes whole segments that are too old, too many or before the log start; none that reaches
  // beyond `high_watermark`. Forgets expired producers. To be called every few minutes.
  Result<> apply_retention(Offset high_watermark);
  // Drops every batch whose last offset is >= offset, and what is known of them. Durable.
  Result<> truncate(Offset offset);
  // Moves the log start to `offset`, durably, and deletes whole segments before it. Never moves it
  // back. kOffsetOutOfRange beyond the end. The caller keeps it at or below the high watermark.
  Result<> delete_records(Offset offset);
  // Takes effect at once, except for the layout of segments, which is the storage's since open.
  void set_config(config::TopicConfig config);

  // Says that a leader of this epoch begins at the end of the log (KIP-101). Durable. Older epochs
  // than the latest are ignored.
  Result<> assign_epoch(LeaderEpoch epoch);
  // For OffsetForLeaderEpoch: the largest epoch <= the one asked for, and where it ends; {-1, -1}
  // if the log does not know.
  std::pair<LeaderEpoch, Offset> end_offset_for_epoch(LeaderEpoch epoch) const;
  LeaderEpoch latest_epoch() const;  // -1 = none
  LeaderEpoch epoch_for_offset(Offset offset) const;

  // Flushes, saves the producer state and marks the log clean. Waiting flushes are answered.
  // Nothing but the destructor may be called afterwards.
  Result<> close();
  // Deletes everything of the log. Nothing but the destructor may be called afterwards.
  Result<> remove();

 private:
  struct State;
  explicit Log(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tenon::log
