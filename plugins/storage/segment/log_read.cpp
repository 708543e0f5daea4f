// SPDX-License-Identifier: Apache-2.0
//
// Reads: slices of files, found by the recent batches or the indexes, never the bytes themselves.

#include <algorithm>

#include "log.h"

namespace tenon::segment {

// What keeps the slices of one read valid: their files open.
struct Log::Lease {
  std::array<SegmentPtr, TN_READ_SLICES_MAX> segments;
};

Log::Part Log::part_at_locked(size_t i) const {
  const SegmentPtr& segment = segments_[i];
  const bool is_last = i + 1 == segments_.size();
  return {segment, segment->state.bytes, is_last ? end_offset_ : segments_[i + 1]->base_offset};
}

// The segment in which `offset` would be.
size_t Log::index_of_locked(int64_t offset) const {
  const auto it = std::upper_bound(
      segments_.begin(), segments_.end(), offset,
      [](int64_t wanted, const SegmentPtr& segment) { return wanted < segment->base_offset; });
  return it == segments_.begin() ? 0 : static_cast<size_t>(it - segments_.begin()) - 1;
}

// The part behind `part`, unless the log has changed there meanwhile.
std::optional<Log::Part> Log::part_after(const Part& part) const {
  std::lock_guard lock(mutex_);
  if (segments_.empty()) return std::nullopt;
  const size_t i = index_of_locked(part.end_offset);
  if (segments_[i]->base_offset != part.end_offset || segments_[i] == part.segment)
    return std::nullopt;
  return part_at_locked(i);
}

// Where in the part's file a read has to stop that may not see offsets from `limit` on.
Result<uint64_t> Log::end_of_range(const Part& part, int64_t limit) const {
  if (limit >= part.end_offset) return part.bytes;
  const Sought sought{Sought::By::kBaseOffset, limit};
  {
    std::lock_guard lock(mutex_);
    if (!segments_.empty() && segments_.back() == part.segment) {
      const std::optional<PlacedBatch> recent = recent_.find(sought);
      if (recent) return std::min(recent->position, part.bytes);
    }
  }
  Result<std::optional<PlacedBatch>> placed = part.segment->seek(sought, part.bytes);
  if (!placed) return placed.error();
  return *placed ? (*placed)->position : part.bytes;
}

// The first batch of a read and the part it lies in; nullopt if there is nothing to be read.
Result<std::optional<Log::Start>> Log::find_start(const ReadRange& range) const {
  const Sought sought{Sought::By::kLastOffset, range.from};
  Start start;
  {
    std::lock_guard lock(mutex_);
    if (segments_.empty()) return Error(TN_E_INVALID, where() + "the log is closed");
    if (range.from < segments_.front()->base_offset || range.from > end_offset_)
      return Error(TN_E_NOT_FOUND,
                   where() + "offset " + std::to_string(range.from) + " is outside the log");
    start.limit = std::min(range.end, end_offset_);
    if (range.from >= start.limit) return std::optional<Start>();
    start.part = part_at_locked(index_of_locked(range.from));
    if (start.part.segment == segments_.back()) {
      if (const auto recent = recent_.find(sought)) {
        start.first = *recent;
        return std::optional(std::move(start));
      }
    }
  }
  for (;;) {
    Result<std::optional<PlacedBatch>> placed = start.part.segment->seek(sought, start.part.bytes);
    if (!placed) return placed.error();
    if (*placed) {
      start.first = **placed;
      return std::optional(std::move(start));
    }
    // A gap in the offsets at the end of this segment.
    std::optional<Part> next = part_after(start.part);
    if (!next) return std::optional<Start>();
    start.part = std::move(*next);
  }
}

Result<> Log::read(const ReadRange& range, tn_read& found) {
  Result<std::optional<Start>> located = find_start(range);
  if (!located) return located.error();
  if (!*located || (*located)->first.batch.base_offset >= (*located)->limit) return {};
  Start& start = **located;
  uint64_t left = range.max_bytes;
  if (range.whole_first) left = std::max(left, start.first.batch.bytes);
  auto lease = std::make_unique<Lease>();
  uint64_t position = start.first.position;
  for (std::optional<Part> part = std::move(start.part); part; part = part_after(*part)) {
    if (found.n_slices > 0 && part->segment->base_offset >= start.limit) break;
    Result<uint64_t> end = end_of_range(*part, start.limit);
    if (!end) return end.error();
    const uint64_t length = std::min(left, *end - std::min(*end, position));
    if (length > 0) {
      found.slices[found.n_slices] = {part->segment->file.fd(), 0, position, length, nullptr};
      lease->segments[found.n_slices++] = part->segment;
      found.bytes += length;
      left -= length;
    }
    const bool goes_on = left > 0 && position + length == part->bytes;
    if (!goes_on || found.n_slices == TN_READ_SLICES_MAX) break;
    position = 0;
  }
  if (found.n_slices > 0) found.lease = lease.release();
  return {};
}

void Log::release(void* lease) {
  delete static_cast<Lease*>(lease);
}

Result<int64_t> Log::lookup(int64_t timestamp_ms) {
  const Sought sought{Sought::By::kMaxTimestamp, timestamp_ms};
  int64_t from = -1;
  for (;;) {
    Part part;
    {
      std::lock_guard lock(mutex_);
      const auto it = std::find_if(segments_.begin(), segments_.end(), [&](const SegmentPtr& s) {
        return s->base_offset > from && s->state.bytes > 0 &&
               s->state.latest.timestamp_ms >= timestamp_ms;
      });
      if (it == segments_.end()) return Error(TN_E_NOT_FOUND, where() + "no batch is that young");
      part = part_at_locked(static_cast<size_t>(it - segments_.begin()));
    }
    Result<std::optional<PlacedBatch>> placed = part.segment->seek(sought, part.bytes);
    if (!placed) return placed.error();
    if (*placed) return (*placed)->batch.base_offset;
    from = part.segment->base_offset;
  }
}

Result<size_t> Log::segments(tn_segment* list, size_t cap) {
  std::lock_guard lock(mutex_);
  for (size_t i = 0; i < std::min(cap, segments_.size()); i++) {
    const Part part = part_at_locked(i);
    list[i] = {part.segment->base_offset, part.end_offset, static_cast<int64_t>(part.bytes),
               part.segment->state.latest.timestamp_ms};
  }
  return segments_.size();
}

}  // namespace tenon::segment
