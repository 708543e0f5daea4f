// SPDX-License-Identifier: Apache-2.0
//
// Decides whether batches may enter a log, where they lie, without decompressing or allocating.
// Called by the log for every append; pure, any thread.
//
// The rules are Kafka's (its log validator and the checks of its produce request): a batch that
// Kafka refuses is refused with the same error. One thing is put right instead of refused, as Kafka
// does: the header's max timestamp, when the records say otherwise.
#pragma once

#include <cstdint>
#include <limits>

#include "base/bytes.h"
#include "base/error.h"
#include "record/batch.h"

namespace tenon::record {

// What the base offsets of the batches mean before they enter the log.
enum class BaseOffsets : uint8_t {
  kZero,     // a client's: must be 0, and nothing may be set that only a broker decides
  kIgnored,  // will be given by the log
  kRising,   // a replica's: already given
};

// What a log accepts. The defaults are those of a client's append to a topic without special
// settings.
struct Limits {
  int32_t max_batch_bytes = 1048588;  // max.message.bytes, of the whole batch
  // A produce request of version 3 or newer carries exactly one batch per partition.
  bool single_batch = true;
  BaseOffsets base_offsets = BaseOffsets::kZero;
  // Batches that compaction has thinned out: count <= last_offset_delta + 1, even 0.
  bool allow_gaps = false;
  bool allow_control = false;
  bool allow_transactional = false;
  bool allow_zstd = true;  // false for produce requests older than version 7 (KIP-110)
  // Which codecs can be read: bit n is codec n.
  uint8_t codecs = 0x1f;
  // Compacted topics: a record without a key can never be found again. Only seen when the records
  // are not compressed.
  bool require_keys = false;
  // Bounds on the clients' timestamps, around now_ms; max = unbounded. Not checked when
  // check_timestamps is false (message.timestamp.type = LogAppendTime, and replicas).
  bool check_timestamps = true;
  int64_t now_ms = 0;
  int64_t timestamp_before_max_ms = std::numeric_limits<int64_t>::max();
  int64_t timestamp_after_max_ms = std::numeric_limits<int64_t>::max();
};

// What was found: `bytes` is one or more valid batches, one behind the other.
struct BatchSet {
  MutableBytes bytes;
  int32_t batches = 0;
  int64_t records = 0;
  int64_t offsets = 0;  // how many offsets the batches take: the sum of last_offset_delta + 1
  int64_t max_timestamp_ms = kNoTimestamp;
};

// Checks all of `bytes`. Errors: kCorruptMessage (not a batch, cut, wrong CRC), kInvalidRecord
// (counts, offsets, sequences, keys, more than one batch, old magic), kMessageTooLarge,
// kInvalidTimestamp, kUnsupportedCompressionType. On success the max timestamps in the headers are
// true.
Result<BatchSet> validate(MutableBytes bytes, const Limits& limits);

// Checks a section of decompressed records against the header of its batch: exactly `count`
// records, offset deltas 0 .. count-1 (rising and within last_offset_delta with allow_gaps), keys
// and timestamps as the limits ask. Returns the largest timestamp.
Result<int64_t> validate_records(const BatchView& batch, ByteView section, const Limits& limits);

}  // namespace tenon::record
