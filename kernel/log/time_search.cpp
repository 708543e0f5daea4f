// SPDX-License-Identifier: Apache-2.0

#include "log/time_search.h"

#include <algorithm>

#include "base/log.h"
#include "log/batch_scanner.h"
#include "record/reader.h"

namespace tenon::log {
namespace {

constexpr size_t kUnreadableMax = 1024;

// The records of a batch, decompressed into `room` if need be; nullopt if that cannot be done.
std::optional<ByteView> readable_records(const record::BatchView& batch, const BatchAccess& access,
                                         Bytes& room) {
  if (batch.codec_id() == 0) return batch.records();
  const plugin::Codec* codec = access.codecs ? access.codecs->find(batch.codec_id()) : nullptr;
  if (!codec || access.unreadable->contains(batch.base_offset())) return std::nullopt;
  auto section = codec->decompress(batch.records(), access.decompressed_bytes_max);
  if (!section) {
    access.unreadable->add(batch.base_offset());
    log_debug("batch at offset {} cannot be decompressed: {}", batch.base_offset().value,
              section.error().text());
    return std::nullopt;
  }
  room = std::move(*section);
  return room;
}

// Shows `visit` the records at or after `start` with their times, until it answers true. False if
// the records have no times of their own or cannot be looked into: then the header is all there is.
template <class Visit>
bool visit_records(const record::BatchView& batch, const BatchAccess& access, Offset start,
                   Visit visit) {
  if (batch.timestamp_type() == record::TimestampType::kLogAppendTime) return false;
  Bytes room;
  const auto section = readable_records(batch, access, room);
  if (!section) return false;
  record::RecordReader reader(*section);
  record::RecordView record;
  while (reader.next(record)) {
    const Offset offset{batch.base_offset().value + record.offset_delta};
    // Unsigned: rubbish under a good CRC may overflow, and is then merely somewhere else in time.
    const auto timestamp = static_cast<int64_t>(static_cast<uint64_t>(batch.base_timestamp()) +
                                                static_cast<uint64_t>(record.timestamp_delta));
    const bool visible = offset >= start && offset <= batch.last_offset();
    if (visible && visit(offset, timestamp)) return true;
  }
  return !reader.damaged();
}

// The first record at or after `start` with a timestamp >= timestamp_ms. The batch is known to have
// one, perhaps before `start`.
std::optional<TimestampOffset> find_in_batch(const record::BatchView& batch,
                                             const BatchAccess& access, Offset start,
                                             int64_t timestamp_ms) {
  std::optional<TimestampOffset> found;
  const bool looked = visit_records(batch, access, start, [&](Offset offset, int64_t timestamp) {
    if (timestamp < timestamp_ms) return false;
    found = {timestamp, offset, batch.leader_epoch()};
    return true;
  });
  if (looked) return found;
  return TimestampOffset{batch.max_timestamp(), std::max(batch.base_offset(), start),
                         batch.leader_epoch()};
}

// The largest timestamp of the records at or after `start`.
int64_t visible_max_timestamp(const record::BatchView& batch, const BatchAccess& access,
                              Offset start) {
  if (batch.base_offset() >= start) return batch.max_timestamp();
  int64_t max = record::kNoTimestamp;
  const bool looked = visit_records(batch, access, start, [&](Offset, int64_t timestamp) {
    max = std::max(max, timestamp);
    return false;
  });
  return looked ? max : batch.max_timestamp();
}

}  // namespace

void UnreadableBatches::add(Offset base_offset) {
  if (base_offsets_.size() >= kUnreadableMax) base_offsets_.clear();
  base_offsets_.insert(base_offset);
}

Result<std::optional<TimestampOffset>> TimeSearch::first_at(int64_t timestamp_ms) {
  auto batch_offset = storage_.lookup(timestamp_ms);
  if (!batch_offset) return forward(batch_offset);
  if (!*batch_offset) return std::nullopt;
  // The batch found may be one that delete_records has hidden: then the answer is in a later one.
  BatchScanner scanner(storage_, std::max(**batch_offset, start_), end_);
  while (true) {
    auto batch = scanner.next();
    if (!batch) return forward(batch);
    if (!*batch) return std::nullopt;
    if ((*batch)->max_timestamp() < timestamp_ms) continue;
    if (auto found = find_in_batch(**batch, access_, start_, timestamp_ms)) return found;
  }
}

// A segment that begins before the log start may owe its maximum to records that are hidden.
Result<int64_t> TimeSearch::max_timestamp_of(const tn_segment& segment) {
  if (Offset{segment.base_offset} >= start_) return segment.max_timestamp_ms;
  int64_t max = record::kNoTimestamp;
  BatchScanner scanner(storage_, start_, std::min(Offset{segment.end_offset}, end_));
  while (true) {
    auto batch = scanner.next();
    if (!batch) return forward(batch);
    if (!*batch) return max;
    max = std::max(max, visible_max_timestamp(**batch, access_, start_));
  }
}

Result<std::optional<TimestampOffset>> TimeSearch::latest() {
  auto segments = storage_.segments();
  if (!segments) return forward(segments);
  int64_t latest = record::kNoTimestamp;
  for (const tn_segment& segment : *segments) {
    if (Offset{segment.end_offset} <= start_) continue;
    auto max = max_timestamp_of(segment);
    if (!max) return forward(max);
    latest = std::max(latest, *max);
  }
  if (latest == record::kNoTimestamp) return std::nullopt;
  return first_at(latest);
}

}  // namespace tenon::log
