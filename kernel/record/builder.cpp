// SPDX-License-Identifier: Apache-2.0

#include "record/builder.h"

#include <algorithm>

#include "base/assert.h"

namespace tenon::record {
namespace {

size_t varlong_bytes(int64_t value) {
  auto zigzag = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  size_t bytes = 1;
  for (; zigzag >= 0x80; zigzag >>= 7) ++bytes;
  return bytes;
}

size_t nullable_bytes(const std::optional<ByteView>& bytes) {
  if (!bytes) return varlong_bytes(-1);
  return varlong_bytes(static_cast<int64_t>(bytes->size())) + bytes->size();
}

void write_bytes(Bytes& out, ByteView bytes) {
  write_varint(out, static_cast<int32_t>(bytes.size()));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void write_nullable(Bytes& out, const std::optional<ByteView>& bytes) {
  if (bytes) {
    write_bytes(out, *bytes);
  } else {
    write_varint(out, -1);
  }
}

// The record without its length. `deltas` are those of time and offset.
size_t body_bytes(const NewRecord& record, int64_t timestamp_delta, int32_t offset_delta) {
  size_t bytes = 1 + varlong_bytes(timestamp_delta) + varlong_bytes(offset_delta) +
                 nullable_bytes(record.key) + nullable_bytes(record.value) +
                 varlong_bytes(static_cast<int64_t>(record.headers.size()));
  for (const NewHeader& header : record.headers) {
    bytes += varlong_bytes(static_cast<int64_t>(header.key.size())) + header.key.size() +
             nullable_bytes(header.value);
  }
  return bytes;
}

int16_t attributes_of(const BatchSpec& spec) {
  int attributes = 0;
  if (spec.timestamp_type == TimestampType::kLogAppendTime) attributes |= kLogAppendTimeBit;
  if (spec.transactional) attributes |= kTransactionalBit;
  if (spec.control) attributes |= kControlBit;
  return static_cast<int16_t>(attributes);
}

}  // namespace

void write_varlong(Bytes& out, int64_t value) {
  auto zigzag = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  for (; zigzag >= 0x80; zigzag >>= 7) out.push_back(static_cast<uint8_t>(zigzag | 0x80));
  out.push_back(static_cast<uint8_t>(zigzag));
}

// The zigzag form of a number is the same whatever the width of its type.
void write_varint(Bytes& out, int32_t value) {
  write_varlong(out, value);
}

BatchBuilder::BatchBuilder(const BatchSpec& spec) : spec_(spec), bytes_(kHeaderBytes) {}

BatchBuilder& BatchBuilder::add(const NewRecord& record) {
  if (count_ == 0) base_timestamp_ = record.timestamp_ms;
  max_timestamp_ = std::max(max_timestamp_, record.timestamp_ms);
  const int64_t timestamp_delta = record.timestamp_ms - base_timestamp_;
  write_varint(bytes_, static_cast<int32_t>(body_bytes(record, timestamp_delta, count_)));
  bytes_.push_back(0);  // attributes
  write_varlong(bytes_, timestamp_delta);
  write_varint(bytes_, count_);
  write_nullable(bytes_, record.key);
  write_nullable(bytes_, record.value);
  write_varint(bytes_, static_cast<int32_t>(record.headers.size()));
  for (const NewHeader& header : record.headers) {
    write_bytes(bytes_, header.key);
    write_nullable(bytes_, header.value);
  }
  ++count_;
  return *this;
}

Bytes BatchBuilder::build() {
  TN_ASSERT(bytes_.size() >= kHeaderBytes);
  uint8_t* at = bytes_.data();
  store_be(at + kBaseOffsetAt, spec_.base_offset.value);
  store_be(at + kLengthAt, static_cast<int32_t>(bytes_.size() - kPrefixBytes));
  store_be(at + kLeaderEpochAt, spec_.leader_epoch.value);
  store_be(at + kMagicAt, kMagic);
  store_be(at + kAttributesAt, attributes_of(spec_));
  store_be(at + kLastOffsetDeltaAt, count_ - 1);
  store_be(at + kBaseTimestampAt, base_timestamp_);
  store_be(at + kMaxTimestampAt, max_timestamp_);
  store_be(at + kProducerIdAt, spec_.producer_id.value);
  store_be(at + kProducerEpochAt, spec_.producer_epoch.value);
  store_be(at + kBaseSequenceAt, spec_.base_sequence);
  store_be(at + kCountAt, count_);
  patch_crc(bytes_);
  return std::move(bytes_);
}

void rebuild_batch(const BatchView& like, int codec_id, ByteView section, Bytes& out) {
  const size_t start = out.size();
  const ByteView header = like.bytes().first(kHeaderBytes);
  out.insert(out.end(), header.begin(), header.end());
  out.insert(out.end(), section.begin(), section.end());
  const MutableBytes batch = MutableBytes(out).subspan(start);
  store_be(batch.data() + kLengthAt, static_cast<int32_t>(batch.size() - kPrefixBytes));
  store_be(batch.data() + kAttributesAt,
           static_cast<int16_t>((like.attributes() & ~kCodecMask) | codec_id));
  patch_crc(batch);
}

}  // namespace tenon::record
