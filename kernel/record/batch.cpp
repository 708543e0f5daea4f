// SPDX-License-Identifier: Apache-2.0

#include "record/batch.h"

#include <limits>

#include "base/crc32c.h"

namespace tenon::record {

int32_t advance_sequence(int32_t sequence, int32_t by) {
  const int64_t sum = int64_t{sequence} + by;
  constexpr int64_t kSequences = int64_t{std::numeric_limits<int32_t>::max()} + 1;
  return static_cast<int32_t>(sum % kSequences);
}

int32_t BatchView::last_sequence() const {
  return base_sequence() == kNoSequence ? kNoSequence
                                        : advance_sequence(base_sequence(), last_offset_delta());
}

bool BatchView::crc_holds() const {
  return crc32c(0, covered()) == crc();
}

void patch_base_offset(MutableBytes batch, Offset base) {
  store_be(batch.data() + kBaseOffsetAt, base.value);
}

void patch_leader_epoch(MutableBytes batch, LeaderEpoch epoch) {
  store_be(batch.data() + kLeaderEpochAt, epoch.value);
}

void patch_log_append_time(MutableBytes batch, int64_t now_ms) {
  const auto attributes = load_be<int16_t>(batch.data() + kAttributesAt);
  store_be(batch.data() + kAttributesAt, static_cast<int16_t>(attributes | kLogAppendTimeBit));
  patch_max_timestamp(batch, now_ms);
}

void patch_max_timestamp(MutableBytes batch, int64_t max_timestamp_ms) {
  store_be(batch.data() + kMaxTimestampAt, max_timestamp_ms);
  patch_crc(batch);
}

void patch_crc(MutableBytes batch) {
  store_be(batch.data() + kCrcAt, crc32c(0, BatchView(batch).covered()));
}

Result<std::optional<BatchView>> find_batch(ByteView bytes) {
  if (bytes.size() > kMagicAt && load_be<int8_t>(bytes.data() + kMagicAt) != kMagic) {
    return fail(Errc::kCorruptMessage, "", "the bytes are not a record batch of version 2");
  }
  if (bytes.size() < kPrefixBytes) return std::nullopt;
  const auto length = load_be<int32_t>(bytes.data() + kLengthAt);
  if (length < static_cast<int32_t>(kHeaderBytes - kPrefixBytes)) {
    return fail(Errc::kCorruptMessage, "", "the batch is shorter than its header");
  }
  const BatchView batch(bytes);
  if (batch.size_bytes() > bytes.size()) return std::nullopt;
  return batch;
}

}  // namespace tenon::record
