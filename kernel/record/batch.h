// SPDX-License-Identifier: Apache-2.0
//
// A record batch, format version 2 (KIP-98), looked at and patched where it lies. The wire, the log
// and the storage see the same bytes: nothing is ever converted.
//
//   batch    := base_offset:int64  length:int32  rest[length]
//   rest     := leader_epoch:int32  magic:int8  crc:uint32  covered
//   covered  := attributes:int16  last_offset_delta:int32  base_timestamp:int64 max_timestamp:int64
//               producer_id:int64  producer_epoch:int16  base_sequence:int32  count:int32  records
//   records  := count records, compressed as a whole with the codec of attributes bits 0-2
//
// All integers are big-endian. The CRC-32C is over `covered`, so the base offset and the leader
// epoch can be set by the broker without touching it.
//
// BatchView and Batches read whatever they are given: only bytes that find_batch() or validate()
// has accepted may be shown to them. Plain values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"

namespace tenon::record {

// Where the fields of a batch are.
inline constexpr size_t kBaseOffsetAt = 0;
inline constexpr size_t kLengthAt = 8;
inline constexpr size_t kLeaderEpochAt = 12;
inline constexpr size_t kMagicAt = 16;
inline constexpr size_t kCrcAt = 17;
inline constexpr size_t kAttributesAt = 21;
inline constexpr size_t kLastOffsetDeltaAt = 23;
inline constexpr size_t kBaseTimestampAt = 27;
inline constexpr size_t kMaxTimestampAt = 35;
inline constexpr size_t kProducerIdAt = 43;
inline constexpr size_t kProducerEpochAt = 51;
inline constexpr size_t kBaseSequenceAt = 53;
inline constexpr size_t kCountAt = 57;
// The bytes before the records.
inline constexpr size_t kHeaderBytes = 61;
// The bytes that `length` does not count.
inline constexpr size_t kPrefixBytes = 12;

inline constexpr int8_t kMagic = 2;
inline constexpr int64_t kNoTimestamp = -1;
inline constexpr int32_t kNoSequence = -1;
inline constexpr ProducerEpoch kNoProducerEpoch{-1};

// Attributes.
inline constexpr int16_t kCodecMask = 0x07;
inline constexpr int16_t kLogAppendTimeBit = 0x08;
inline constexpr int16_t kTransactionalBit = 0x10;
inline constexpr int16_t kControlBit = 0x20;
inline constexpr int16_t kDeleteHorizonBit = 0x40;  // KIP-534

enum class TimestampType : uint8_t { kCreateTime, kLogAppendTime };

// One whole batch.
class BatchView {
 public:
  explicit BatchView(ByteView bytes) : at_(bytes.data()) {}

  Offset base_offset() const { return Offset{load_be<int64_t>(at_ + kBaseOffsetAt)}; }
  Offset last_offset() const { return Offset{base_offset().value + last_offset_delta()}; }
  int32_t batch_length() const { return load_be<int32_t>(at_ + kLengthAt); }
  // All of the batch: what it takes in a file.
  size_t size_bytes() const { return kPrefixBytes + static_cast<size_t>(batch_length()); }
  LeaderEpoch leader_epoch() const { return LeaderEpoch{load_be<int32_t>(at_ + kLeaderEpochAt)}; }
  int8_t magic() const { return load_be<int8_t>(at_ + kMagicAt); }
  uint32_t crc() const { return load_be<uint32_t>(at_ + kCrcAt); }
  int16_t attributes() const { return load_be<int16_t>(at_ + kAttributesAt); }
  // 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd; 5-7 have no meaning.
  int codec_id() const { return attributes() & kCodecMask; }
  bool is_transactional() const { return (attributes() & kTransactionalBit) != 0; }
  bool is_control() const { return (attributes() & kControlBit) != 0; }
  TimestampType timestamp_type() const {
    return (attributes() & kLogAppendTimeBit) != 0 ? TimestampType::kLogAppendTime
                                                   : TimestampType::kCreateTime;
  }
  int32_t last_offset_delta() const { return load_be<int32_t>(at_ + kLastOffsetDeltaAt); }
  int64_t base_timestamp() const { return load_be<int64_t>(at_ + kBaseTimestampAt); }
  int64_t max_timestamp() const { return load_be<int64_t>(at_ + kMaxTimestampAt); }
  ProducerId producer_id() const { return ProducerId{load_be<int64_t>(at_ + kProducerIdAt)}; }
  bool has_producer() const { return producer_id().value >= 0; }
  ProducerEpoch producer_epoch() const {
    return ProducerEpoch{load_be<int16_t>(at_ + kProducerEpochAt)};
  }
  int32_t base_sequence() const { return load_be<int32_t>(at_ + kBaseSequenceAt); }
  // The sequence of the last record; sequences wrap from INT32_MAX to 0.
  int32_t last_sequence() const;
  int32_t count() const { return load_be<int32_t>(at_ + kCountAt); }
  // The records, as they are: compressed if codec_id() != 0.
  ByteView records() const { return {at_ + kHeaderBytes, size_bytes() - kHeaderBytes}; }
  // What the CRC covers.
  ByteView covered() const { return {at_ + kAttributesAt, size_bytes() - kAttributesAt}; }
  ByteView bytes() const { return {at_, size_bytes()}; }
  bool crc_holds() const;

 private:
  const uint8_t* at_;
};

// sequence + by, wrapping from INT32_MAX to 0. `by` >= 0.
int32_t advance_sequence(int32_t sequence, int32_t by);

// Setters. `batch` begins with a whole batch. Only the last two touch what the CRC covers, and they
// compute it anew.
void patch_base_offset(MutableBytes batch, Offset base);
void patch_leader_epoch(MutableBytes batch, LeaderEpoch epoch);
// All records of the batch get the time `now_ms` (message.timestamp.type = LogAppendTime).
void patch_log_append_time(MutableBytes batch, int64_t now_ms);
void patch_max_timestamp(MutableBytes batch, int64_t max_timestamp_ms);
// Computes and writes the CRC of a batch whose other fields are final.
void patch_crc(MutableBytes batch);

// The whole batch that `bytes` begins with: enough bytes, a length of at least an empty batch's,
// magic 2. Nothing else is checked. nullopt = more bytes are needed; kCorruptMessage = it is not a
// batch.
Result<std::optional<BatchView>> find_batch(ByteView bytes);

// Goes over batches that lie one behind the other: `for (BatchView batch : Batches(bytes))`. A cut
// last batch ends the range; bytes that are not batches must not be shown to it.
class Batches {
 public:
  explicit Batches(ByteView bytes) : bytes_(bytes) {}

  struct End {};
  class Iterator {
   public:
    using value_type = BatchView;
    using difference_type = std::ptrdiff_t;
    explicit Iterator(ByteView rest) : rest_(rest) {}
    BatchView operator*() const { return BatchView(rest_); }
    Iterator& operator++() {
      rest_ = rest_.subspan(BatchView(rest_).size_bytes());
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(End) const {
      return rest_.size() < kHeaderBytes || BatchView(rest_).size_bytes() > rest_.size();
    }

   private:
    ByteView rest_;
  };
  Iterator begin() const { return Iterator(bytes_); }
  End end() const { return {}; }

 private:
  ByteView bytes_;
};

}  // namespace tenon::record
