// SPDX-License-Identifier: Apache-2.0
//
// One partition's log: offsets, producers, leader epochs and retention on top of a storage plugin
// that only holds bytes. The partition (replication/) calls it; it knows nothing of ISR or high
// watermarks but what it is told.
//
// Way of an append: validate in place -> producer (duplicate? sequence?) -> the caller's check, if
// any -> patch offset and epoch into the header -> one storage append -> remember producer and
// epoch. A duplicate is answered with the offsets of the first time. Records are decompressed only
// when compression.type asks for another codec, or for the check, and then once for both.
//
// Failure modes: a refused batch changes nothing. A failed storage append is an error of that
// append. A failed flush, or a directory that has vanished, fails the log for good: what the page
// cache still holds cannot be trusted, so every later append and flush answers kKafkaStorageError
// until the log is opened, and recovered, again.
//
// What the log remembers beside the records, as blobs of the storage: "producer-snapshot",
// "leader-epoch-checkpoint" and "log-start-offset". Each carries a version and a CRC; the first two
// can be rebuilt from the records, and are, when they are missing or damaged.
//
// Threads: everything is called on the owner's scheduler, and flush completions are brought there.
// open, close, remove and the destructor block; they may be called on another thread once the owner
// has said retire(). A read's payload may travel anywhere and outlive the log.
//
// The owner never waits for a sync: what must be durable is flushed or put by the pool, and what
// comes after it goes on when that is done. Except for a new leader epoch, once in an epoch's life,
// and truncate.
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
#include "base/task.h"
#include "config/topic_config.h"
#include "log/flush_queue.h"
#include "log/recovery.h"
#include "log/retention.h"
#include "log/state/blob_queue.h"
#include "log/state/epoch_cache.h"
#include "log/state/producer_state.h"
#include "log/time_search.h"
#include "plugin/codec.h"
#include "plugin/storage.h"
#include "record/validate.h"

namespace tenon::log {

struct LogOptions {
  const plugin::StorageEngine* engine = nullptr;  // must outlive the log
  std::string directory = {};                     // absolute; of this log alone
  std::string name = {};                          // "orders-0", for messages
  config::TopicConfig config = {};
  Scheduler* scheduler = nullptr;           // the owner; gives the clock too
  BlockingPool* pool = nullptr;             // for what waits for a disk
  const plugin::Codecs* codecs = nullptr;   // null = no compressed batch can be looked into
  int64_t producer_expiry_ms = 86'400'000;  // producer.id.expiration.ms
  Offset start_offset{0};                   // where a new log begins
};

// Looks at the records of a batch before they get their offsets, and may refuse it.
class RecordCheck {
 public:
  // `records` are those of the batch, uncompressed, or why they cannot be read. Called once for a
  // valid batch that is no duplicate; an error is that of the append.
  virtual Result<> check(const record::BatchView& batch, const Result<ByteView>& records) = 0;

 protected:
  ~RecordCheck() = default;
};

struct AppendOptions {
  // Written into the batches; one older than the log's latest is refused: kFencedLeaderEpoch.
  LeaderEpoch leader_epoch{0};
  // A client's append is held to the client's rules: one batch, no control batches, bounded
  // timestamps, sequences in order. False for what the broker itself writes.
  bool from_client = true;
  // False for a replica's append: the batches keep their offsets and epochs, which may have gaps.
  bool assign_offsets = true;
  bool allow_zstd = true;  // false for produce requests older than version 7
  // Of a client's batch, for which a compressed one is opened; null = nobody looks.
  RecordCheck* check = nullptr;
};

struct AppendInfo {
  Offset base_offset{};
  Offset last_offset{};
  Offset log_start_offset{};
  int64_t log_append_time_ms = -1;  // of a duplicate: the timestamp of the first time
  bool duplicate = false;           // nothing was appended; the offsets are those of the first time
};

class Log {
 public:
  using TimestampOffset = log::TimestampOffset;
  using Durable = log::Durable;

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

  // What its compressed batches are read with; null if they are not.
  const plugin::Codecs* codecs() const { return options_.codecs; }
  Offset start_offset() const { return start_; }
  Offset end_offset() const { return end_; }
  int64_t bytes() const { return bytes_; }  // of all segments
  const std::string& name() const { return options_.name; }
  const config::TopicConfig& config() const { return options_.config; }
  size_t producers() const { return producers_.size(); }  // that are remembered
  // A flush has failed: the log takes no more appends.
  bool failed() const { return flushes_->failed(); }
  // Why producers cannot write now: a flush has failed, the directory has vanished, or the last
  // append was refused by the storage (a full disk), which another may not be.
  std::optional<Error> failure() const;
  // What opening found.
  const plugin::LogState& opened_state() const { return opened_; }

  // Makes everything appended so far durable, then calls `done` with the offset below which it is.
  // At most one storage flush is in flight; who comes meanwhile shares the next one.
  void flush(Durable done);
  // Deletes whole segments that are too old, too many or before the log start; none that reaches
  // beyond `high_watermark`. Forgets expired producers. To be called every few minutes. Segments
  // may go a moment later, when what their records say of producers is durable elsewhere.
  Result<> apply_retention(Offset high_watermark);
  // Drops every batch whose last offset is >= offset, and what is known of them. Durable.
  Result<> truncate(Offset offset);
  // Moves the log start to `offset` and deletes whole segments before it. Never moves it back.
  // Answers with the log start once it is durable; until then the old one holds. kOffsetOutOfRange
  // beyond the end, kNotLeaderOrFollower if the log is given up before. The caller keeps it at or
  // below the high watermark.
  Future<Result<Offset>> delete_records(Offset offset);
  // Takes effect at once; what concerns indexes, from the next segment on.
  void set_config(config::TopicConfig config);

  // Says that a leader of this epoch begins at the end of the log (KIP-101). Durable. Older epochs
  // than the latest are ignored.
  Result<> assign_epoch(LeaderEpoch epoch);
  // For OffsetForLeaderEpoch: the largest epoch <= the one asked for, and where it ends; {-1, -1}
  // if the log does not know.
  std::pair<LeaderEpoch, Offset> end_offset_for_epoch(LeaderEpoch epoch) const;
  LeaderEpoch latest_epoch() const { return epochs_.latest(); }  // -1 = none
  LeaderEpoch epoch_for_offset(Offset offset) const { return epochs_.epoch_of(offset); }

  // The owner's last call: what is still under way touches the log no more.
  void retire() { alive_.reset(); }
  // Flushes, saves the producer state and marks the log clean. Waiting flushes are answered.
  // Nothing but the destructor may be called afterwards.
  Result<> close();
  // Deletes everything of the log. Nothing but the destructor may be called afterwards.
  Result<> remove();

 private:
  // The records of the client's compressed batch that is being appended, once it has been opened.
  using Opened = std::optional<Bytes>;

  Log(LogOptions options, plugin::OpenedLog opened, LogMemory memory);

  record::Limits limits(const AppendOptions& options) const;
  Result<std::optional<AppendInfo>> check_producer(const record::BatchView& batch) const;
  Result<> show(const record::BatchView& batch, RecordCheck& check, Opened& opened) const;
  Result<MutableBytes> apply_compression(MutableBytes batches, const record::Limits& limits,
                                         const Opened& opened);
  Result<> seal(MutableBytes batches, const AppendOptions& options);
  Result<> assign_epochs(ByteView batches);
  Result<> write_sealed(MutableBytes batches);
  void note_outcome(const Result<>& written);
  void warn_of_append(const Error& error);
  void remember(ByteView batches);

  TimeSearch time_search();
  using Saved = void (Log::*)(Offset point, const Result<>& saved);
  Result<> save_producers();
  void save_producers_later(Offset point, Saved then);
  void warn_of_saving(Offset point, const Result<>& saved);
  Result<> save_epochs();
  Result<> save_epochs_if_changed();
  void on_start_saved(Offset start, Promise<Result<Offset>> done, const Result<>& saved);
  Result<> trim_segments(Offset point);
  void trim_when_saved(Offset point, const Result<>& saved);
  Result<> drop_segments(Offset point);
  Result<> count_bytes();
  int64_t now_ms() const { return options_.scheduler->clock().wall_ms(); }
  std::unexpected<Error> storage_failed(const Error& error) const;

  LogOptions options_;
  std::shared_ptr<plugin::StorageLog> storage_;
  plugin::LogState opened_;
  std::shared_ptr<FlushQueue> flushes_;
  std::shared_ptr<BlobQueue> blobs_;

  Offset start_;
  Offset start_asked_;  // the largest that is on its way to the disk, or start_
  Offset end_;
  int64_t bytes_;
  EpochCache epochs_;
  bool epochs_unsaved_ = false;  // changed since they were saved, or saving them has failed
  bool epochs_trimmed_ = false;  // saved ones are of deleted records too: to be saved at leisure
  ProducerState producers_;
  std::optional<Offset> producers_saved_until_;
  int64_t bytes_since_save_ = 0;
  uint64_t cuts_ = 0;  // truncations so far
  UntimedSegments untimed_;
  UnreadableBatches unreadable_;
  std::optional<MonoTime> append_warned_at_;
  std::optional<Error> append_failure_;  // of the last append; none = it succeeded

  // Kept between appends for their memory.
  plugin::AppendBatches write_;
  Bytes recompressed_;
  // What was under way when the owner retired the log, or the log went, finds this gone.
  std::shared_ptr<Log*> alive_;
};

}  // namespace tenon::log
