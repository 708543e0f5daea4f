// SPDX-License-Identifier: Apache-2.0

#include "record/validate.h"

#include <fmt/format.h>

#include <algorithm>

#include "record/reader.h"

namespace tenon::record {
namespace {

constexpr int kZstd = 4;
constexpr int kCodecLast = 4;

std::unexpected<Error> refuse(Errc code, std::string_view why) {
  return fail(code, "", why);
}

// The frame of the batch: what must hold before any other field may be read.
Result<MutableBytes> take_batch(MutableBytes rest, const Limits& limits) {
  if (rest.size() <= kMagicAt) return refuse(Errc::kCorruptMessage, "the batch is cut short");
  const auto magic = load_be<int8_t>(rest.data() + kMagicAt);
  if (magic == 0 || magic == 1) {
    return refuse(Errc::kInvalidRecord, "only record batches of version 2 are taken");
  }
  auto batch = find_batch(rest);
  if (!batch) return forward(batch);
  if (!*batch) return refuse(Errc::kCorruptMessage, "the batch is cut short");
  const size_t size = (*batch)->size_bytes();
  if (limits.max_batch_bytes >= 0 && size > static_cast<size_t>(limits.max_batch_bytes)) {
    return refuse(Errc::kMessageTooLarge,
                  fmt::format("the batch has {} bytes, and max.message.bytes is {}", size,
                              limits.max_batch_bytes));
  }
  return rest.first(size);
}

Result<> check_counts(const BatchView& batch, const Limits& limits) {
  const int32_t count = batch.count();
  const int64_t offsets = int64_t{batch.last_offset_delta()} + 1;
  if (offsets < 1 || count < (limits.allow_gaps ? 0 : 1)) {
    return refuse(Errc::kInvalidRecord,
                  fmt::format("the batch says {} records and last offset delta {}", count,
                              batch.last_offset_delta()));
  }
  if (limits.allow_gaps ? count > offsets : count != offsets) {
    return refuse(Errc::kInvalidRecord,
                  fmt::format("the batch has {} records for {} offsets", count, offsets));
  }
  if (limits.base_offsets == BaseOffsets::kZero && batch.base_offset().value != 0) {
    return refuse(Errc::kInvalidRecord, fmt::format("the base offset of a new batch is 0, not {}",
                                                    batch.base_offset().value));
  }
  if (batch.base_offset().value < 0 ||
      batch.base_offset().value > std::numeric_limits<int64_t>::max() - offsets) {
    return refuse(Errc::kInvalidRecord, "the base offset is out of bounds");
  }
  return {};
}

Result<> check_producer(const BatchView& batch, const Limits& limits) {
  if (batch.is_control() && !limits.allow_control) {
    return refuse(Errc::kInvalidRecord, "a client may not write control batches");
  }
  if (batch.is_transactional() && !limits.allow_transactional) {
    return refuse(Errc::kInvalidRecord, "the batch is part of a transaction");
  }
  if (!batch.has_producer()) {
    return batch.is_transactional()
               ? refuse(Errc::kInvalidRecord, "a transactional batch needs a producer id")
               : Result<>{};
  }
  if (batch.producer_epoch().value < 0) {
    return refuse(Errc::kInvalidRecord, "a batch with a producer id needs a producer epoch");
  }
  if (batch.base_sequence() < 0 && !batch.is_control()) {
    return refuse(Errc::kInvalidRecord,
                  fmt::format("the base sequence of producer {} is {}", batch.producer_id().value,
                              batch.base_sequence()));
  }
  return {};
}

Result<> check_attributes(const BatchView& batch, const Limits& limits) {
  const int codec = batch.codec_id();
  if (codec > kCodecLast || (limits.codecs & (1U << codec)) == 0) {
    return refuse(Errc::kUnsupportedCompressionType,
                  fmt::format("no codec with id {} is loaded", codec));
  }
  if (codec == kZstd && !limits.allow_zstd) {
    return refuse(Errc::kUnsupportedCompressionType, "zstd needs produce requests of version 7");
  }
  if (limits.base_offsets != BaseOffsets::kZero) return {};
  // What only a broker writes.
  if ((batch.attributes() & kDeleteHorizonBit) != 0) {
    return refuse(Errc::kInvalidRecord, "a new batch cannot have a delete horizon");
  }
  if (batch.timestamp_type() == TimestampType::kLogAppendTime) {
    return refuse(Errc::kInvalidTimestamp, "a producer may not set the log append time");
  }
  return {};
}

bool timestamp_in_bounds(int64_t timestamp, const Limits& limits) {
  if (!limits.check_timestamps || timestamp == kNoTimestamp) return true;
  // Unsigned, because the distance of two far apart times does not fit an int64_t.
  const bool past = timestamp <= limits.now_ms;
  const uint64_t now = static_cast<uint64_t>(limits.now_ms);
  const uint64_t then = static_cast<uint64_t>(timestamp);
  const int64_t bound = past ? limits.timestamp_before_max_ms : limits.timestamp_after_max_ms;
  return (past ? now - then : then - now) <= static_cast<uint64_t>(bound);
}

std::unexpected<Error> refuse_timestamp(int64_t timestamp, const Limits& limits) {
  return refuse(Errc::kInvalidTimestamp,
                fmt::format("timestamp {} is outside message.timestamp.before.max.ms ({}) and "
                            "after.max.ms ({}) of the broker's {}",
                            timestamp, limits.timestamp_before_max_ms,
                            limits.timestamp_after_max_ms, limits.now_ms));
}

bool offset_follows(const RecordView& record, int64_t last_delta, const BatchView& batch,
                    const Limits& limits) {
  if (!limits.allow_gaps) return record.offset_delta == last_delta + 1;
  return record.offset_delta > last_delta && record.offset_delta <= batch.last_offset_delta();
}

// The largest timestamp of a batch that has passed the checks of its header.
Result<int64_t> find_max_timestamp(const BatchView& batch, const Limits& limits) {
  if (batch.codec_id() == 0) return validate_records(batch, batch.records(), limits);
  // The first record has the base timestamp, so the header cannot mean less.
  const int64_t max = std::max(batch.max_timestamp(), batch.base_timestamp());
  for (const int64_t timestamp : {batch.base_timestamp(), max}) {
    if (!timestamp_in_bounds(timestamp, limits)) return refuse_timestamp(timestamp, limits);
  }
  return max;
}

// Checks the whole batch; puts a wrong max timestamp right. Returns the max timestamp.
Result<int64_t> check_batch(MutableBytes bytes, const Limits& limits) {
  const BatchView batch(bytes);
  if (!batch.crc_holds()) {
    return refuse(Errc::kCorruptMessage, "the CRC of the batch does not match its bytes");
  }
  if (auto counts = check_counts(batch, limits); !counts) return forward(counts);
  if (auto producer = check_producer(batch, limits); !producer) return forward(producer);
  if (auto attributes = check_attributes(batch, limits); !attributes) return forward(attributes);
  auto max_timestamp = find_max_timestamp(batch, limits);
  if (!max_timestamp) return forward(max_timestamp);
  // With the log append time, or a delete horizon as base, the header alone knows the timestamps.
  const bool header_decides = batch.timestamp_type() == TimestampType::kLogAppendTime ||
                              (batch.attributes() & kDeleteHorizonBit) != 0 || batch.count() == 0;
  if (header_decides) return batch.max_timestamp();
  if (*max_timestamp != batch.max_timestamp()) patch_max_timestamp(bytes, *max_timestamp);
  return max_timestamp;
}

void account(BatchSet& set, const BatchView& batch, int64_t max_timestamp) {
  ++set.batches;
  set.records += batch.count();
  set.offsets += int64_t{batch.last_offset_delta()} + 1;
  set.max_timestamp_ms = std::max(set.max_timestamp_ms, max_timestamp);
}

}  // namespace

Result<int64_t> validate_records(const BatchView& batch, ByteView section, const Limits& limits) {
  RecordReader reader(section);
  RecordView record;
  int64_t max_timestamp = kNoTimestamp;
  int64_t last_delta = -1;
  int32_t seen = 0;
  while (seen < batch.count() && reader.next(record)) {
    if (!offset_follows(record, last_delta, batch, limits)) {
      return refuse(Errc::kInvalidRecord, fmt::format("record {} of the batch has offset delta {}",
                                                      seen, record.offset_delta));
    }
    if (limits.require_keys && !record.key && !batch.is_control()) {
      return refuse(Errc::kInvalidRecord,
                    fmt::format("record {} has no key, which a compacted topic needs", seen));
    }
    int64_t timestamp = 0;
    if (__builtin_add_overflow(batch.base_timestamp(), record.timestamp_delta, &timestamp)) {
      return refuse(Errc::kInvalidTimestamp,
                    fmt::format("the timestamp of record {} overflows", seen));
    }
    if (!timestamp_in_bounds(timestamp, limits)) return refuse_timestamp(timestamp, limits);
    max_timestamp = std::max(max_timestamp, timestamp);
    last_delta = record.offset_delta;
    ++seen;
  }
  if (seen != batch.count() || reader.damaged()) {
    return refuse(Errc::kInvalidRecord,
                  fmt::format("record {} of {} cannot be read", seen, batch.count()));
  }
  if (!reader.at_end()) {
    return refuse(Errc::kInvalidRecord,
                  fmt::format("the batch goes on behind its {} records", batch.count()));
  }
  return max_timestamp;
}

Result<BatchSet> validate(MutableBytes bytes, const Limits& limits) {
  BatchSet set{.bytes = bytes};
  if (bytes.empty()) return refuse(Errc::kInvalidRecord, "there is no record batch");
  Offset next_offset{0};
  while (!bytes.empty()) {
    if (set.batches == 1 && limits.single_batch) {
      return refuse(Errc::kInvalidRecord, "a partition takes exactly one batch per request");
    }
    auto taken = take_batch(bytes, limits);
    if (!taken) return forward(taken);
    auto max_timestamp = check_batch(*taken, limits);
    if (!max_timestamp) return forward(max_timestamp);
    const BatchView batch(*taken);
    if (limits.base_offsets == BaseOffsets::kRising && batch.base_offset() < next_offset) {
      return refuse(Errc::kInvalidRecord, "the batches' offsets do not rise");
    }
    next_offset = batch.last_offset().next();
    account(set, batch, *max_timestamp);
    bytes = bytes.subspan(taken->size());
  }
  return set;
}

}  // namespace tenon::record
