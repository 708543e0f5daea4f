// SPDX-License-Identifier: Apache-2.0
//
// Builds record batches, version 2. For what the broker itself writes (offsets of groups, metadata)
// and for tests; clients' batches are never rebuilt, but for compression.type.
//
// A builder is used once: add records, then build(). One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/ids.h"
#include "record/batch.h"

namespace tenon::record {

struct BatchSpec {
  Offset base_offset{0};
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  ProducerId producer_id = kNoProducerId;
  ProducerEpoch producer_epoch = kNoProducerEpoch;
  int32_t base_sequence = kNoSequence;
  TimestampType timestamp_type = TimestampType::kCreateTime;
  bool transactional = false;
  bool control = false;
};

struct NewHeader {
  ByteView key = {};
  std::optional<ByteView> value = std::nullopt;
};

struct NewRecord {
  int64_t timestamp_ms = 0;
  std::optional<ByteView> key = std::nullopt;
  std::optional<ByteView> value = std::nullopt;
  std::span<const NewHeader> headers = {};
};

class BatchBuilder {
 public:
  explicit BatchBuilder(const BatchSpec& spec = {});

  // Copies the record behind those that are there. Its offset is the next one.
  BatchBuilder& add(const NewRecord& record);
  int32_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  // What build() would return now.
  size_t size_bytes() const { return bytes_.size(); }
  // The finished batch; the builder is empty and may not be used again.
  Bytes build();

 private:
  BatchSpec spec_;
  Bytes bytes_;  // room for the header, then the records
  int32_t count_ = 0;
  int64_t base_timestamp_ = kNoTimestamp;
  int64_t max_timestamp_ = kNoTimestamp;
};

// A batch like `like` in everything but its records section, which is `section`, encoded with
// `codec_id`. The CRC is right. Appends to `out`.
void rebuild_batch(const BatchView& like, int codec_id, ByteView section, Bytes& out);

// Appends a zigzag varint.
void write_varint(Bytes& out, int32_t value);
void write_varlong(Bytes& out, int64_t value);

}  // namespace tenon::record
