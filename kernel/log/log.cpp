// SPDX-License-Identifier: Apache-2.0

#include "log/log.h"

#include <algorithm>
#include <limits>

#include "base/assert.h"
#include "base/log.h"
#include "base/trace.h"
#include "log/recompress.h"

namespace tenon::log {
namespace {

// The retention pass saves the producer state when at least this much has been appended since; so
// that recovery after a crash has little to read.
constexpr int64_t kSaveBytesMin = 1 << 20;

// A full disk fails every append; one line of a log tells as much as thousands.
constexpr Duration kAppendWarningInterval = std::chrono::seconds(10);

plugin::LogSpec spec_of(const LogOptions& options) {
  const config::TopicConfig& config = options.config;
  // A part of the topic's jitter, fixed by the name, spreads the rolls of many partitions.
  const int64_t jitter_max = std::min(config.segment_jitter_ms, config.segment_ms);
  const auto hash = static_cast<int64_t>(std::hash<std::string>{}(options.name) >> 1);
  const int64_t jitter = jitter_max > 0 ? hash % jitter_max : 0;
  return {.directory = options.directory,
          .name = options.name,
          .segment_bytes = config.segment_bytes,
          .segment_ms = config.segment_ms - jitter,
          .index_interval_bytes = config.index_interval_bytes,
          .index_bytes_max = config.segment_index_bytes,
          .start_offset = options.start_offset};
}

// What a time lookup may decompress a batch to: far more than producers send in earnest, and never
// so much that the shard stands still for it.
size_t decompressed_bytes_max(const config::TopicConfig& config) {
  constexpr int64_t kFactor = 64;
  constexpr int64_t kMin = 1 << 20;
  constexpr int64_t kMax = 64 << 20;
  const int64_t batch = std::clamp<int64_t>(config.max_message_bytes, 0, kMax);
  return static_cast<size_t>(std::clamp(kFactor * batch, kMin, kMax));
}

uint8_t loaded_codecs(const plugin::Codecs* codecs) {
  if (!codecs) return 0x1f;
  unsigned bits = 0;
  for (int id = 0; id <= TN_WIRE_ZSTD; ++id) bits |= codecs->known(id) ? 1U << id : 0U;
  return static_cast<uint8_t>(bits);
}

}  // namespace

// --- life
// -------------------------------------------------------------------------------------------

Result<std::unique_ptr<Log>> Log::open(LogOptions options) {
  TN_ASSERT(options.engine && options.scheduler && options.pool);
  auto opened = options.engine->open(spec_of(options));
  if (!opened) return forward(opened);
  if (opened->state.truncated_bytes > 0) {
    log_warn("{}: recovery cut {} damaged bytes off the end, at offset {}", options.name,
             opened->state.truncated_bytes, opened->state.end_offset.value);
  }
  auto memory = recall(*opened->log, opened->state, options.scheduler->clock().wall_ms());
  if (!memory) {
    // The storage has put its bytes in order before: nothing is hidden by closing it properly.
    (void)opened->log->close();
    return forward(memory);
  }
  const bool save_epochs = memory->epochs_changed;
  const bool save_producers = memory->must_save_producers;
  std::unique_ptr<Log> log(new Log(std::move(options), std::move(*opened), std::move(*memory)));
  if (save_epochs) {
    if (auto saved = log->save_epochs(); !saved) return forward(saved);
  }
  if (save_producers) {
    if (auto saved = log->save_producers(); !saved) return forward(saved);
  }
  return log;
}

Log::Log(LogOptions options, plugin::OpenedLog opened, LogMemory memory)
    : options_(std::move(options)),
      storage_(std::move(opened.log)),
      opened_(opened.state),
      // After a crash the bytes that were found may still be in the page cache alone.
      flushes_(std::make_shared<FlushQueue>(storage_, DirectoryWatch(options_.directory),
                                            *options_.scheduler,
                                            opened_.was_clean ? memory.end : Offset{-1})),
      blobs_(std::make_shared<BlobQueue>(storage_, *options_.scheduler, *options_.pool)),
      start_(memory.start),
      start_asked_(memory.start),
      end_(memory.end),
      bytes_(opened_.bytes),
      epochs_(std::move(memory.epochs)),
      producers_(std::move(memory.producers)),
      producers_saved_until_(memory.saved_until),
      alive_(std::make_shared<Log*>(this)) {
  write_.pieces.resize(1);
}

Log::~Log() {
  retire();
  blobs_->stop();
  flushes_->stop(fail(Errc::kShutdown, name(), "the log was given up"));
}

Result<> Log::close() {
  retire();
  if (!failed() && producers_saved_until_ != end_) {
    if (auto saved = save_producers(); !saved) log_warn("{}: {}", name(), saved.error().text());
  }
  if (!failed() && epochs_trimmed_) {
    if (auto saved = save_epochs(); !saved) log_warn("{}: {}", name(), saved.error().text());
  }
  blobs_->stop();
  flushes_->hold();
  auto closed = storage_->close();
  if (closed && !failed()) {
    flushes_->stop(end_);
    return {};
  }
  const Error error = closed ? flushes_->failure() : closed.error();
  flushes_->stop(storage_failed(error));
  return storage_failed(error);
}

Result<> Log::remove() {
  retire();
  blobs_->stop();
  flushes_->stop(fail(Errc::kUnknownTopicOrPartition, name(), "the log was deleted"));
  return storage_->remove();
}

std::unexpected<Error> Log::storage_failed(const Error& error) const {
  return fail(Errc::kKafkaStorageError, name(), error.detail);
}

// --- append
// -----------------------------------------------------------------------------------------

record::Limits Log::limits(const AppendOptions& options) const {
  const config::TopicConfig& config = options_.config;
  const bool replica = !options.assign_offsets;
  const bool client = options.from_client && !replica;
  const bool bounded = config.max_message_bytes <= std::numeric_limits<int32_t>::max();
  record::Limits limits;
  limits.max_batch_bytes = bounded && client ? static_cast<int32_t>(config.max_message_bytes)
                                             : std::numeric_limits<int32_t>::max();
  limits.single_batch = client;
  limits.base_offsets = client    ? record::BaseOffsets::kZero
                        : replica ? record::BaseOffsets::kRising
                                  : record::BaseOffsets::kIgnored;
  limits.allow_gaps = replica;
  limits.allow_control = !client;
  limits.allow_transactional = !client;
  limits.allow_zstd = options.allow_zstd;
  limits.codecs = loaded_codecs(options_.codecs);
  limits.require_keys = client && config.cleanup_policy.compact;
  limits.check_timestamps = client && config.timestamp_type == config::TimestampType::kCreateTime;
  limits.now_ms = now_ms();
  limits.timestamp_before_max_ms = config.timestamp_before_max_ms;
  limits.timestamp_after_max_ms = config.timestamp_after_max_ms;
  return limits;
}

Result<AppendInfo> Log::append(MutableBytes batches, const AppendOptions& options) {
  trace(TraceWay::kIn, "log/log");
  if (failed()) return storage_failed(flushes_->failure());
  if (auto there = flushes_->check_directory(); !there) {
    warn_of_append(there.error());
    return storage_failed(there.error());
  }
  if (options.assign_offsets && options.leader_epoch < epochs_.latest()) {
    return fail(Errc::kFencedLeaderEpoch, name(), "a leader with a newer epoch has written here");
  }
  const record::Limits limits = this->limits(options);
  auto set = record::validate(batches, limits);
  if (!set) return forward(set);
  Opened opened;
  if (options.from_client && options.assign_offsets) {
    auto seen = check_producer(record::BatchView(batches));
    if (!seen) return forward(seen);
    if (*seen) return **seen;
    if (options.check != nullptr) {
      if (auto passed = show(record::BatchView(batches), *options.check, opened); !passed)
        return forward(passed);
    }
  }
  // The broker's own batches stay as they are: compression.type is about what clients send.
  const bool converts = options.assign_offsets && options.from_client;
  auto final_bytes = converts ? apply_compression(batches, limits, opened) : batches;
  if (!final_bytes) return forward(final_bytes);
  if (static_cast<int64_t>(final_bytes->size()) > options_.config.segment_bytes) {
    return fail(Errc::kRecordListTooLarge, name(), "the batches are larger than a segment");
  }
  if (auto sealed = seal(*final_bytes, options); !sealed) return forward(sealed);
  const bool stamped = options.assign_offsets &&
                       options_.config.timestamp_type == config::TimestampType::kLogAppendTime;
  AppendInfo info{.base_offset = record::BatchView(*final_bytes).base_offset(),
                  .log_start_offset = start_,
                  .log_append_time_ms = stamped ? limits.now_ms : -1};
  auto written = assign_epochs(*final_bytes);
  if (written) written = write_sealed(*final_bytes);
  note_outcome(written);
  if (!written) return forward(written);
  remember(*final_bytes);
  info.last_offset = Offset{end_.value - 1};
  return info;
}

// A duplicate is answered as the first time was.
Result<std::optional<AppendInfo>> Log::check_producer(const record::BatchView& batch) const {
  if (!batch.has_producer()) return std::nullopt;
  auto seen = producers_.check(batch);
  if (!seen) return fail(seen.error().code, name(), seen.error().detail);
  if (!*seen) return std::nullopt;
  return AppendInfo{.base_offset = (*seen)->first_offset(),
                    .last_offset = (*seen)->last_offset,
                    .log_start_offset = start_,
                    .log_append_time_ms = (*seen)->timestamp_ms,
                    .duplicate = true};
}

// Shows the records of a client's batch, and keeps those of a compressed one.
Result<> Log::show(const record::BatchView& batch, RecordCheck& check, Opened& opened) const {
  if (batch.codec_id() == TN_WIRE_NONE) return check.check(batch, batch.records());
  auto plain = decompress(batch, options_.codecs, decompressed_bytes_max(options_.config));
  if (!plain) return check.check(batch, forward(plain));
  opened = std::move(*plain);
  return check.check(batch, ByteView(*opened));
}

// The batches in the topic's codec: those that came, or, if any has another codec, copies.
Result<MutableBytes> Log::apply_compression(MutableBytes batches, const record::Limits& limits,
                                            const Opened& opened) {
  const auto wanted = wanted_codec(options_.config.compression_type);
  const auto differs = [&](const record::BatchView& batch) {
    return wanted && batch.codec_id() != *wanted && !batch.is_control();
  };
  if (std::ranges::none_of(record::Batches(batches), differs)) return batches;
  Recompression how{.codecs = options_.codecs,
                    .codec_id = *wanted,
                    .level = wanted_level(options_.config, *wanted)};
  if (opened) how.records = *opened;  // a client's append is one batch
  recompressed_.clear();
  for (const record::BatchView batch : record::Batches(batches)) {
    const size_t before = recompressed_.size();
    if (differs(batch)) {
      if (auto done = recompress(batch, how, limits, recompressed_); !done) return forward(done);
    } else {
      recompressed_.insert(recompressed_.end(), batch.bytes().begin(), batch.bytes().end());
    }
    if (recompressed_.size() - before > static_cast<size_t>(limits.max_batch_bytes)) {
      return fail(Errc::kMessageTooLarge, name(),
                  "the batch is larger than max.message.bytes in the topic's codec");
    }
  }
  return MutableBytes(recompressed_);
}

// Gives the batches their offsets, their epoch and, where the topic wants it, their time; and works
// out what the storage is to be told of them. A replica's batches already have all that.
Result<> Log::seal(MutableBytes batches, const AppendOptions& options) {
  const bool stamp = options_.config.timestamp_type == config::TimestampType::kLogAppendTime;
  const int64_t now = now_ms();
  if (!options.assign_offsets && record::BatchView(batches).base_offset() < end_) {
    return fail(Errc::kInvalidRecord, name(), "the batches begin before the end of the log");
  }
  Offset next = end_;
  write_.max_timestamp_ms = record::kNoTimestamp;
  for (MutableBytes rest = batches; !rest.empty();) {
    const record::BatchView batch(rest);
    if (options.assign_offsets) {
      record::patch_base_offset(rest, next);
      record::patch_leader_epoch(rest, options.leader_epoch);
      if (stamp) record::patch_log_append_time(rest, now);
    }
    next = batch.last_offset().next();
    if (rest.data() == batches.data() || batch.max_timestamp() > write_.max_timestamp_ms) {
      write_.max_timestamp_ms = batch.max_timestamp();
      write_.max_timestamp_offset = batch.last_offset();
    }
    rest = rest.subspan(batch.size_bytes());
  }
  write_.base_offset = record::BatchView(batches).base_offset();
  write_.last_offset = Offset{next.value - 1};
  return {};
}

// Before the records are written: an epoch that has none is harmless, records without their epoch
// are not.
Result<> Log::assign_epochs(ByteView batches) {
  for (const record::BatchView batch : record::Batches(batches)) {
    epochs_unsaved_ |= epochs_.assign(batch.leader_epoch(), batch.base_offset());
  }
  return save_epochs_if_changed();
}

Result<> Log::write_sealed(MutableBytes batches) {
  write_.pieces.front() = {batches.data(), batches.size()};
  auto written = storage_->append(write_);
  if (!written) return storage_failed(written.error());
  return {};
}

void Log::note_outcome(const Result<>& written) {
  if (written) return append_failure_.reset();
  append_failure_ = written.error();
  warn_of_append(written.error());
}

std::optional<Error> Log::failure() const {
  return failed() ? flushes_->failure() : append_failure_;
}

void Log::warn_of_append(const Error& error) {
  const MonoTime now = options_.scheduler->clock().now();
  if (append_warned_at_ && now - *append_warned_at_ < kAppendWarningInterval) return;
  append_warned_at_ = now;
  log_warn("{}: append to {} failed: {}", name(), options_.directory, error.detail);
}

void Log::remember(ByteView batches) {
  const int64_t now = now_ms();
  for (const record::BatchView batch : record::Batches(batches)) producers_.observe(batch, now);
  end_ = write_.last_offset.next();
  const auto size = static_cast<int64_t>(batches.size());
  bytes_ += size;
  bytes_since_save_ += size;
  // About once a segment, as the storage rolls. The append stands whatever becomes of this.
  if (bytes_since_save_ >= options_.config.segment_bytes) {
    save_producers_later(end_, &Log::warn_of_saving);
  }
}

// --- read
// -------------------------------------------------------------------------------------------

Result<Payload> Log::read(Offset from, Offset end, uint64_t max_bytes, bool whole_first) {
  trace(TraceWay::kIn, "log/log");
  if (from < start_ || from > end_) {
    return fail(Errc::kOffsetOutOfRange, name(), "the offset is outside the log");
  }
  const Offset until = std::min(end, end_);
  if (from >= until) return Payload{};
  return storage_->read(
      {.from = from, .end = until, .max_bytes = max_bytes, .whole_first = whole_first});
}

Result<std::optional<TimestampOffset>> Log::offset_for_time(int64_t timestamp_ms) {
  return time_search().first_at(timestamp_ms);
}

Result<std::optional<TimestampOffset>> Log::max_timestamp() {
  return time_search().latest();
}

TimeSearch Log::time_search() {
  const BatchAccess access{.codecs = options_.codecs,
                           .unreadable = &unreadable_,
                           .decompressed_bytes_max = decompressed_bytes_max(options_.config)};
  return {*storage_, access, start_, end_};
}

// --- durability, retention, truncation
// --------------------------------------------------------------

void Log::set_config(config::TopicConfig config) {
  const plugin::LogSpec before = spec_of(options_);
  options_.config = std::move(config);
  if (const plugin::LogSpec spec = spec_of(options_); spec != before) {
    if (auto done = storage_->configure(spec); !done) {
      log_warn("{}: goes on with the segments that it was opened with: {}", name(),
               done.error().text());
    }
  }
  unreadable_.clear();  // the bound may have moved
}

void Log::flush(Durable done) {
  flushes_->request(end_, std::move(done));
}

Result<> Log::save_producers() {
  bytes_since_save_ = 0;
  if (auto put = blobs_->put_now(kProducerBlob, producers_.encode(end_)); !put) {
    return storage_failed(put.error());
  }
  producers_saved_until_ = end_;
  return {};
}

// Saves the producer state as of now on the pool, and then calls `then` with `point`.
void Log::save_producers_later(Offset point, Saved then) {
  bytes_since_save_ = 0;
  blobs_->put(kProducerBlob, producers_.encode(end_),
              [weak = std::weak_ptr(alive_), until = end_, cuts = cuts_, point,
               then](const Result<>& saved) {
                const auto alive = weak.lock();
                if (!alive || (*alive)->cuts_ != cuts) return;
                if (saved) (*alive)->producers_saved_until_ = until;
                ((*alive)->*then)(point, saved);
              });
}

void Log::warn_of_saving(Offset, const Result<>& saved) {
  if (!saved) log_warn("{}: {}", name(), saved.error().text());
}

Result<> Log::save_epochs() {
  epochs_unsaved_ = true;
  auto put = blobs_->put_now(kEpochBlob, epochs_.encode());
  if (!put) return storage_failed(put.error());
  epochs_unsaved_ = false;
  epochs_trimmed_ = false;
  return {};
}

Result<> Log::save_epochs_if_changed() {
  return epochs_unsaved_ ? save_epochs() : Result<>{};
}

Result<> Log::apply_retention(Offset high_watermark) {
  if (auto there = flushes_->check_directory(); !there) return storage_failed(there.error());
  producers_.expire(now_ms(), options_.producer_expiry_ms);
  if (bytes_since_save_ >= kSaveBytesMin) save_producers_later(end_, &Log::warn_of_saving);
  auto segments = storage_->segments();
  if (!segments) return storage_failed(segments.error());
  untimed_.stamp(*segments, now_ms());
  const Offset point =
      retention_point(*segments, options_.config,
                      {.now_ms = now_ms(), .high_watermark = high_watermark, .log_start = start_});
  if (segments->empty() || point <= Offset{segments->front().base_offset}) return {};
  log_info("{}: retention deletes segments up to offset {}", name(), point.value);
  return trim_segments(point);
}

Future<Result<Offset>> Log::delete_records(Offset offset) {
  Promise<Result<Offset>> done;
  auto future = done.future();
  if (offset > end_) {
    done.fulfil(fail(Errc::kOffsetOutOfRange, name(), "the offset is beyond the log"));
    return future;
  }
  if (offset <= start_) {
    done.fulfil(start_);
    return future;
  }
  // One that overtakes another may not take the start back behind it.
  start_asked_ = std::max(start_asked_, offset);
  blobs_->put(kStartBlob, encode_start(start_asked_),
              [weak = std::weak_ptr(alive_), start = start_asked_,
               done = std::move(done)](const Result<>& saved) mutable {
                if (const auto alive = weak.lock()) {
                  (*alive)->on_start_saved(start, std::move(done), saved);
                } else {
                  done.fulfil(fail(Errc::kNotLeaderOrFollower, "", "the log was given up"));
                }
              });
  return future;
}

void Log::on_start_saved(Offset start, Promise<Result<Offset>> done, const Result<>& saved) {
  if (!saved) {
    if (start_asked_ == start) start_asked_ = start_;
    done.fulfil(storage_failed(saved.error()));
    return;
  }
  start_ = std::max(start_, start);
  // The records are gone for whoever asks, and stay gone; their room follows, if need be later.
  if (auto trimmed = trim_segments(start_); !trimmed) {
    log_warn("{}: deleted records keep their room: {}", name(), trimmed.error().text());
  }
  done.fulfil(start_);
}

// Deletes the segments before that point as soon as what their records say of producers is known
// from elsewhere.
Result<> Log::trim_segments(Offset point) {
  const bool known = producers_.size() == 0 || producers_saved_until_.value_or(Offset{0}) >= point;
  if (known) return drop_segments(point);
  save_producers_later(point, &Log::trim_when_saved);
  return {};
}

void Log::trim_when_saved(Offset point, const Result<>& saved) {
  auto done = saved ? drop_segments(point) : saved;
  if (!done) log_warn("{}: segments stay for now: {}", name(), done.error().text());
}

Result<> Log::drop_segments(Offset point) {
  auto left = storage_->trim(point);
  if (!left) return storage_failed(left.error());
  start_ = std::max(start_, *left);
  epochs_trimmed_ |= epochs_.truncate_from_start(start_);
  return count_bytes();
}

Result<> Log::count_bytes() {
  auto segments = storage_->segments();
  if (!segments) return storage_failed(segments.error());
  bytes_ = 0;
  for (const tn_segment& segment : *segments) bytes_ += segment.bytes;
  return {};
}

Result<> Log::truncate(Offset offset) {
  if (offset >= end_) return {};
  if (offset < start_) {
    return fail(Errc::kOffsetOutOfRange, name(), "the log cannot be cut before its start");
  }
  // What is on its way knows of batches that are about to go; what is found then is not overtaken.
  ++cuts_;
  blobs_->drain();
  if (auto cut = storage_->truncate(offset); !cut) return storage_failed(cut.error());
  auto segments = storage_->segments();
  if (!segments) return storage_failed(segments.error());
  // The batch that holds the offset has gone as a whole.
  end_ = segments->empty() ? offset : std::min(offset, Offset{segments->back().end_offset});
  end_ = std::max(end_, start_);
  flushes_->truncate(end_);
  unreadable_.clear();
  epochs_unsaved_ |= epochs_.truncate_from_end(end_);
  if (auto saved = save_epochs_if_changed(); !saved) return saved;
  LogMemory memory{.start = start_, .end = end_, .older = std::move(producers_)};
  if (auto recalled = recall_producers(*storage_, now_ms(), memory); !recalled) return recalled;
  producers_ = std::move(memory.producers);
  producers_saved_until_ = memory.saved_until;
  if (memory.must_save_producers) {
    if (auto saved = save_producers(); !saved) return saved;
  }
  return count_bytes();
}

// --- epochs
// -----------------------------------------------------------------------------------------

Result<> Log::assign_epoch(LeaderEpoch epoch) {
  epochs_unsaved_ |= epochs_.assign(epoch, end_);
  return save_epochs_if_changed();
}

std::pair<LeaderEpoch, Offset> Log::end_offset_for_epoch(LeaderEpoch epoch) const {
  return epochs_.end_offset_for(epoch, end_);
}

}  // namespace tenon::log
