// SPDX-License-Identifier: Apache-2.0

#include "memory_log.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

namespace tenon::memory {

namespace {

constexpr size_t kHeaderBytes = 61;
constexpr size_t kChunkBytesMin = 4 << 10;
constexpr size_t kChunkBytesMax = 1 << 20;
constexpr int64_t kRelativeOffsetMax = std::numeric_limits<int32_t>::max();

template <class Int>
Int load_be(const uint8_t* from) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(Int); i++) value = value << 8 | from[i];
  return static_cast<Int>(value);
}

// The batch (magic 2) that begins at `data`, without its place; nullopt if none does.
std::optional<StoredBatch> parse_batch(const uint8_t* data, size_t left) {
  if (left < kHeaderBytes || data[16] != 2) return std::nullopt;
  const auto base = load_be<int64_t>(data);
  const auto length = load_be<int32_t>(data + 8);
  const auto last_delta = load_be<int32_t>(data + 23);
  const bool sound = base >= 0 && last_delta >= 0 && length >= 0 &&
                     base < std::numeric_limits<int64_t>::max() - last_delta;
  const size_t bytes = 12 + static_cast<size_t>(length);
  if (!sound || bytes < kHeaderBytes || bytes > left) return std::nullopt;
  return StoredBatch{base, base + last_delta, load_be<int64_t>(data + 35), bytes, 0, nullptr};
}

}  // namespace

// What keeps the slices of one read valid.
struct MemoryLog::Lease {
  std::shared_ptr<Chunk> chunks[TN_READ_SLICES_MAX];
};

// The batches of one append, still in the caller's memory.
struct MemoryLog::Parsed {
  struct Item {
    StoredBatch batch;
    const uint8_t* data;
  };
  std::vector<Item> items;
  uint64_t bytes = 0;
};

MemoryLog::MemoryLog(const tn_host_clock& clock, Settings settings)
    : clock_(clock), settings_(std::move(settings)), end_offset_(settings_.start_offset) {
  begin_segment(end_offset_);
}

bool MemoryLog::is_layout(const tn_log_spec& spec) {
  return spec.struct_size >= sizeof(tn_log_spec) && spec.segment_bytes > 0 && spec.segment_ms > 0;
}

Result<> MemoryLog::configure(const tn_log_spec& spec) {
  if (!is_layout(spec))
    return Error(TN_E_INVALID, settings_.name + ": no log can be laid out like that");
  settings_.segment_bytes = spec.segment_bytes;
  settings_.segment_ms = spec.segment_ms;
  return {};
}

Result<> MemoryLog::close(bool) {
  std::lock_guard lock(mutex_);
  if (segments_.empty()) return closed();
  segments_.clear();
  blobs_.clear();
  chunk_.reset();
  return {};
}

void MemoryLog::begin_segment(int64_t base_offset) {
  if (!segments_.empty() && segments_.back().batches.empty()) segments_.pop_back();
  segments_.push_back({base_offset, clock_.wall_ms(clock_.ctx), 0, -1, {}});
  end_offset_ = base_offset;
}

Result<MemoryLog::Parsed> MemoryLog::parse(const tn_append& batches) const {
  Parsed parsed;
  int64_t next = end_offset_;
  for (uint32_t i = 0; i < batches.n_pieces; i++) {
    const auto* at = static_cast<const uint8_t*>(batches.pieces[i].data);
    for (size_t left = batches.pieces[i].len; left > 0;) {
      std::optional<StoredBatch> batch = parse_batch(at, left);
      if (!batch || batch->base_offset < next)
        return Error(TN_E_INVALID, settings_.name +
                                       ": append of something else than whole batches at offset " +
                                       std::to_string(end_offset_) + " or later");
      next = batch->last_offset + 1;
      parsed.bytes += batch->bytes;
      parsed.items.push_back({*batch, at});
      at += batch->bytes;
      left -= batch->bytes;
    }
  }
  const bool spans = !parsed.items.empty() && next == batches.last_offset + 1 &&
                     parsed.items.front().batch.base_offset == batches.base_offset &&
                     batches.last_offset - batches.base_offset <= kRelativeOffsetMax;
  if (spans) return parsed;
  return Error(TN_E_INVALID,
               settings_.name + ": the batches do not span the offsets that are said");
}

bool MemoryLog::is_roll_due(const tn_append& batches, uint64_t bytes) const {
  const MemorySegment& active = segments_.back();
  if (batches.last_offset - active.base_offset > kRelativeOffsetMax) return true;
  if (active.batches.empty()) return false;
  if (active.bytes + bytes > static_cast<uint64_t>(settings_.segment_bytes)) return true;
  const int64_t first_ms = active.batches.front().max_timestamp_ms;
  const int64_t waited_ms = first_ms >= 0 ? batches.max_timestamp_ms - first_ms
                                          : clock_.wall_ms(clock_.ctx) - active.created_ms;
  return waited_ms > settings_.segment_ms;
}

// A chunk with room for that many bytes. Chunks grow, so that an idle log is small.
Chunk& MemoryLog::chunk_for(size_t bytes) {
  if (chunk_ && chunk_->capacity - chunk_->used >= bytes) return *chunk_;
  const size_t grown = chunk_ ? std::min(chunk_->capacity * 2, kChunkBytesMax) : kChunkBytesMin;
  chunk_ = std::make_shared<Chunk>(std::max(grown, bytes));
  return *chunk_;
}

Result<> MemoryLog::append(const tn_append& batches) {
  std::lock_guard lock(mutex_);
  if (segments_.empty()) return closed();
  Result<Parsed> parsed = parse(batches);
  if (!parsed) return parsed.error();
  const auto bytes_max = static_cast<uint64_t>(settings_.log_bytes_max);
  if (bytes_max > 0 && bytes_ + parsed->bytes > bytes_max)
    return Error(TN_E_NOSPACE,
                 settings_.name + ": the log is full: it holds " + std::to_string(bytes_) +
                     " bytes of the " + std::to_string(bytes_max) +
                     " that log_bytes_max allows; retention.bytes keeps it below that");
  if (is_roll_due(batches, parsed->bytes)) begin_segment(batches.base_offset);
  MemorySegment& active = segments_.back();
  for (auto& [batch, data] : parsed->items) {
    Chunk& chunk = chunk_for(batch.bytes);
    batch.chunk = chunk_;
    batch.position = chunk.used;
    std::memcpy(chunk.bytes.get() + chunk.used, data, batch.bytes);
    chunk.used += batch.bytes;
    active.max_timestamp_ms = std::max(active.max_timestamp_ms, batch.max_timestamp_ms);
    active.batches.push_back(std::move(batch));
  }
  active.bytes += parsed->bytes;
  bytes_ += parsed->bytes;
  end_offset_ = batches.last_offset + 1;
  return {};
}

// The segment in which `offset` would be.
size_t MemoryLog::index_of(int64_t offset) const {
  const auto it = std::upper_bound(
      segments_.begin(), segments_.end(), offset,
      [](int64_t wanted, const MemorySegment& segment) { return wanted < segment.base_offset; });
  return it == segments_.begin() ? 0 : static_cast<size_t>(it - segments_.begin()) - 1;
}

int64_t MemoryLog::end_of(size_t segment) const {
  return segment + 1 < segments_.size() ? segments_[segment + 1].base_offset : end_offset_;
}

// Adds the first `bytes` of a batch to what was found, to the last slice if it lies behind it.
void MemoryLog::take(Lease& lease, tn_read& found, const StoredBatch& batch, uint64_t bytes) const {
  const uint8_t* data = batch.chunk->bytes.get() + batch.position;
  tn_slice* last = found.n_slices > 0 ? &found.slices[found.n_slices - 1] : nullptr;
  if (last != nullptr && last->data + last->len == data &&
      lease.chunks[found.n_slices - 1] == batch.chunk) {
    last->len += bytes;
  } else {
    lease.chunks[found.n_slices] = batch.chunk;
    found.slices[found.n_slices++] = {-1, 0, 0, bytes, data};
  }
  found.bytes += bytes;
}

Result<> MemoryLog::read(const ReadRange& range, tn_read& found) {
  std::lock_guard lock(mutex_);
  if (segments_.empty()) return closed();
  if (range.from < segments_.front().base_offset || range.from > end_offset_)
    return Error(TN_E_NOT_FOUND,
                 settings_.name + ": offset " + std::to_string(range.from) + " is outside the log");
  if (range.from >= std::min(range.end, end_offset_)) return {};
  auto lease = std::make_unique<Lease>();
  uint64_t left = range.max_bytes;
  for (size_t i = index_of(range.from);
       i < segments_.size() && found.n_slices <= TN_READ_SLICES_MAX; i++) {
    const auto& batches = segments_[i].batches;
    auto it = std::partition_point(batches.begin(), batches.end(), [&](const StoredBatch& batch) {
      return batch.last_offset < range.from;
    });
    for (; it != batches.end() && it->base_offset < range.end; ++it) {
      if (range.whole_first && found.n_slices == 0) left = std::max<uint64_t>(left, it->bytes);
      const bool joins = found.n_slices > 0 && lease->chunks[found.n_slices - 1] == it->chunk;
      if (left == 0 || (found.n_slices == TN_READ_SLICES_MAX && !joins)) break;
      const uint64_t bytes = std::min<uint64_t>(left, it->bytes);
      take(*lease, found, *it, bytes);
      left -= bytes;
    }
    if (it != batches.end()) break;
  }
  if (found.n_slices > 0) found.lease = lease.release();
  return {};
}

void MemoryLog::release(void* lease) {
  delete static_cast<Lease*>(lease);
}

Result<int64_t> MemoryLog::lookup(int64_t timestamp_ms) {
  std::lock_guard lock(mutex_);
  for (const MemorySegment& segment : segments_) {
    if (segment.batches.empty() || segment.max_timestamp_ms < timestamp_ms) continue;
    for (const StoredBatch& batch : segment.batches)
      if (batch.max_timestamp_ms >= timestamp_ms) return batch.base_offset;
  }
  return Error(TN_E_NOT_FOUND, settings_.name + ": no batch is that young");
}

void MemoryLog::flush(Flushed done) {
  done({});
}

Result<> MemoryLog::truncate(int64_t offset) {
  std::lock_guard lock(mutex_);
  if (segments_.empty()) return closed();
  if (offset < 0) return Error(TN_E_INVALID, settings_.name + ": no log begins before offset 0");
  if (offset >= end_offset_) return {};
  // What is cut off may still be read under a lease: it is not written over.
  chunk_.reset();
  const bool below = offset < segments_.front().base_offset;
  const size_t keep = below ? 0 : index_of(offset);
  const size_t kept_segments = below ? 0 : keep + 1;
  for (size_t i = kept_segments; i < segments_.size(); i++) bytes_ -= segments_[i].bytes;
  segments_.resize(kept_segments);
  if (below) {
    begin_segment(offset);
    return {};
  }
  MemorySegment& last = segments_.back();
  while (!last.batches.empty() && last.batches.back().last_offset >= offset) {
    last.bytes -= last.batches.back().bytes;
    bytes_ -= last.batches.back().bytes;
    last.batches.pop_back();
  }
  last.max_timestamp_ms = -1;
  for (const StoredBatch& batch : last.batches)
    last.max_timestamp_ms = std::max(last.max_timestamp_ms, batch.max_timestamp_ms);
  end_offset_ = last.batches.empty() ? last.base_offset : last.batches.back().last_offset + 1;
  return {};
}

Result<int64_t> MemoryLog::trim(int64_t offset) {
  std::lock_guard lock(mutex_);
  if (segments_.empty()) return closed();
  if (offset >= end_offset_ && !segments_.back().batches.empty()) begin_segment(end_offset_);
  while (segments_.size() > 1 && segments_[1].base_offset <= offset) {
    bytes_ -= segments_.front().bytes;
    segments_.pop_front();
  }
  return segments_.front().base_offset;
}

Result<size_t> MemoryLog::segments(tn_segment* list, size_t cap) {
  std::lock_guard lock(mutex_);
  for (size_t i = 0; i < std::min(cap, segments_.size()); i++)
    list[i] = {segments_[i].base_offset, end_of(i), static_cast<int64_t>(segments_[i].bytes),
               segments_[i].max_timestamp_ms};
  return segments_.size();
}

Result<> MemoryLog::put_blob(const char* name, ByteView bytes) {
  std::lock_guard lock(mutex_);
  if (segments_.empty()) return closed();
  blobs_[name] = std::vector<uint8_t>(bytes.begin(), bytes.end());
  return {};
}

Result<size_t> MemoryLog::get_blob(const char* name, uint8_t* dst, size_t cap) {
  std::lock_guard lock(mutex_);
  const auto it = blobs_.find(name);
  if (it == blobs_.end())
    return Error(TN_E_NOT_FOUND, settings_.name + ": no blob is called " + name);
  std::copy_n(it->second.begin(), std::min(cap, it->second.size()), dst);
  return it->second.size();
}

}  // namespace tenon::memory
