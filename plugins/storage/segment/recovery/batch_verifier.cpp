// SPDX-License-Identifier: Apache-2.0

#include "recovery/batch_verifier.h"

#include <algorithm>

namespace tenon::segment {

namespace {

constexpr size_t kBufferBytes = 1 << 20;
constexpr size_t kMagicAt = 16;

}  // namespace

BatchVerifier::BatchVerifier(const Services& services, const File& file, Range range)
    : services_(services),
      file_(file),
      range_(range),
      buffer_(std::min<uint64_t>(kBufferBytes, range.limit - range.position)) {}

Result<std::optional<PlacedBatch>> BatchVerifier::next() {
  Result<std::optional<PlacedBatch>> placed = valid_at(range_.position);
  if (!placed || !*placed) return placed;
  range_.position = (*placed)->end();
  range_.expected_offset = (*placed)->batch.last_offset + 1;
  return placed;
}

// The batch at `position` if it is whole, fits behind the ones before it, and has the right CRC.
Result<std::optional<PlacedBatch>> BatchVerifier::valid_at(uint64_t position) {
  const std::optional<PlacedBatch> none;
  if (range_.limit < position + kBatchHeaderBytes) return none;
  Result<const uint8_t*> header = buffered(position, kBatchHeaderBytes);
  if (!header) return header.error();
  const std::optional<Batch> batch = *header != nullptr ? parse_batch(*header) : std::nullopt;
  if (!batch || batch->bytes > range_.limit - position) return none;
  if (batch->base_offset < range_.expected_offset) return none;
  if (batch->last_offset - range_.base_offset > INT32_MAX) return none;
  const PlacedBatch placed{*batch, position};
  Result<bool> holds = crc_holds(placed);
  if (!holds) return holds.error();
  return *holds ? std::optional(placed) : none;
}

Result<bool> BatchVerifier::crc_holds(const PlacedBatch& placed) {
  uint32_t crc = 0;
  uint64_t at = placed.position + kBatchCrcStart;
  while (at < placed.end()) {
    const size_t len = std::min<uint64_t>(buffer_.size(), placed.end() - at);
    Result<const uint8_t*> bytes = buffered(at, len);
    if (!bytes) return bytes.error();
    if (*bytes == nullptr) return false;
    crc = services_.crc32c(crc, *bytes, len);
    at += len;
  }
  return crc == placed.batch.crc;
}

// `len` bytes of the file at `position`, at most as many as the buffer holds; null if the file ends
// before.
Result<const uint8_t*> BatchVerifier::buffered(uint64_t position, size_t len) {
  const bool held = position >= buffered_from_ && position + len <= buffered_from_ + buffered_;
  if (!held) {
    const size_t wanted = std::min<uint64_t>(buffer_.size(), range_.limit - position);
    Result<size_t> n = file_.read_at(position, buffer_.data(), wanted);
    if (!n) return n.error();
    buffered_from_ = position;
    buffered_ = *n;
    if (*n < len) return static_cast<const uint8_t*>(nullptr);
  }
  return static_cast<const uint8_t*>(buffer_.data() + (position - buffered_from_));
}

Result<bool> BatchVerifier::more_behind() {
  // Every byte may be where a batch begins: a damaged length says nothing about the next one.
  for (uint64_t at = range_.position + 1; at + kBatchHeaderBytes <= range_.limit; at++) {
    Result<const uint8_t*> header = buffered(at, kBatchHeaderBytes);
    if (!header) return header.error();
    if (*header == nullptr) return false;
    if ((*header)[kMagicAt] != 2) continue;
    Result<std::optional<PlacedBatch>> placed = valid_at(at);
    if (!placed) return placed.error();
    if (*placed) return true;
  }
  return false;
}

}  // namespace tenon::segment
