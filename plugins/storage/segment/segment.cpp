// SPDX-License-Identifier: Apache-2.0

#include "segment.h"

#include "file_names.h"
#include "header_scanner.h"

namespace tenon::segment {

namespace {

// An index that leaves more than this unindexed at the end has lost entries.
constexpr uint64_t kUnindexedBytesMax = 1 << 20;

}  // namespace

std::string SegmentLayout::path(int64_t base_offset, std::string_view suffix) const {
  return directory + "/" + segment_file_name(base_offset, suffix);
}

bool Sought::matches(const Batch& batch) const {
  switch (by) {
    case By::kLastOffset:
      return batch.last_offset >= at_least;
    case By::kBaseOffset:
      return batch.base_offset >= at_least;
    case By::kMaxTimestamp:
      return batch.max_timestamp_ms >= at_least;
  }
  return false;
}

Segment::Segment(const Services& services, const SegmentLayout& layout, int64_t base, File opened)
    : base_offset(base),
      path(layout.path(base, kLogSuffix)),
      file(std::move(opened)),
      offsets(services.fs, layout.path(base, kIndexSuffix), base, layout.index_bytes_max),
      times(services.fs, layout.path(base, kTimeIndexSuffix), base, layout.index_bytes_max),
      created_ms(services.now_ms()),
      services_(services),
      index_interval_bytes_(static_cast<uint64_t>(layout.index_interval_bytes)) {
  state.end_offset = base;
}

Result<std::shared_ptr<Segment>> Segment::create(const Services& services,
                                                 const SegmentLayout& layout, int64_t base_offset) {
  // The index files come when there is something to put in them; old ones must not be taken for
  // theirs.
  for (std::string_view suffix : {kIndexSuffix, kTimeIndexSuffix}) {
    Result<> removed = services.fs.remove(layout.path(base_offset, suffix));
    if (!removed && removed.error().code() != TN_E_NOT_FOUND) return removed.error();
  }
  Result<File> file = services.fs.open(layout.path(base_offset, kLogSuffix),
                                       TN_FS_READ | TN_FS_WRITE | TN_FS_CREATE | TN_FS_TRUNCATE);
  if (!file) return file.error();
  return std::make_shared<Segment>(services, layout, base_offset, std::move(*file));
}

Result<std::shared_ptr<Segment>> Segment::open(const Services& services,
                                               const SegmentLayout& layout, int64_t base_offset) {
  Result<File> file =
      services.fs.open(layout.path(base_offset, kLogSuffix), TN_FS_READ | TN_FS_WRITE);
  if (!file) return file.error();
  return std::make_shared<Segment>(services, layout, base_offset, std::move(*file));
}

void Segment::note(const PlacedBatch& placed) {
  const Batch& batch = placed.batch;
  if (placed.position == 0) first_timestamp_ms_ = batch.max_timestamp_ms;
  if (batch.max_timestamp_ms > state.latest.timestamp_ms)
    state.latest = {batch.max_timestamp_ms, batch.last_offset};
  if (state.bytes_since_index > index_interval_bytes_ && !offsets.is_full()) {
    offsets.append({batch.last_offset, placed.position});
    if (!times.is_full()) times.append_if_later(state.latest);
    state.bytes_since_index = 0;
  }
  state.bytes_since_index += batch.bytes;
  state.bytes = placed.end();
  state.end_offset = batch.last_offset + 1;
}

Result<> Segment::sync_indexes() {
  // The time index first: where the offset index is found whole, both are.
  if (Result<> synced = times.file().sync(); !synced) return synced;
  return offsets.file().sync();
}

Result<std::optional<PlacedBatch>> Segment::seek(Sought sought, uint64_t limit) const {
  if (!indexes_distrusted()) {
    Result<std::optional<OffsetEntry>> start = start_for(sought);
    if (!start) return start.error();
    // Batches that were appended after `limit` was read may be in the index already; by timestamp
    // they can come before the one that is sought, which then is not below the limit.
    const bool beyond = *start && (*start)->position >= limit;
    if (beyond && sought.by == Sought::By::kMaxTimestamp) return std::optional<PlacedBatch>();
    Result<Walked> walked = walk(sought, *start, limit);
    if (!walked) return walked.error();
    if (!walked->index_is_wrong) return walked->batch;
    distrusted_.store(true, std::memory_order_relaxed);
    services_.host.log(TN_LOG_WARN, offsets.file().path() +
                                        " does not fit its segment: not used until it is rebuilt");
  }
  Result<Walked> walked = walk(sought, std::nullopt, limit);
  if (!walked) return walked.error();
  return walked->batch;
}

// The index entry from whose batch on the walk for `sought` may begin; nullopt = the start.
Result<std::optional<OffsetEntry>> Segment::start_for(Sought sought) const {
  if (sought.by != Sought::By::kMaxTimestamp) return offsets.last_at_or_below(sought.at_least);
  TimeIndex::Found time = times.last_at_or_before(sought.at_least);
  if (!time) return time.error();
  if (!*time) return std::optional<OffsetEntry>();
  return offsets.last_at_or_below((*time)->offset);
}

Result<Segment::Walked> Segment::walk(Sought sought, const std::optional<OffsetEntry>& start,
                                      uint64_t limit) const {
  HeaderScanner scanner(file, path, start ? start->position : 0, limit);
  for (bool first = start.has_value();; first = false) {
    Result<std::optional<PlacedBatch>> placed = scanner.next();
    if (first) {
      const bool fits = placed && *placed && (*placed)->batch.last_offset == start->offset;
      const bool failed = !placed && placed.error().code() != TN_E_CORRUPT;
      if (!fits && !failed) return Walked{true, std::nullopt};
    }
    if (!placed) return placed.error();
    if (!*placed || sought.matches((*placed)->batch)) return Walked{false, *placed};
  }
}

Result<SegmentState> Segment::measure(uint64_t bytes) const {
  OffsetIndex::Found entry = offsets.last_before(bytes);
  if (!entry) return entry.error();
  const uint64_t from = *entry ? (*entry)->position : 0;
  SegmentState found{bytes, base_offset, {}, bytes - from};
  HeaderScanner scanner(file, path, from, bytes);
  const uint64_t unindexed_max = std::max(kUnindexedBytesMax, index_interval_bytes_);
  std::optional<uint64_t> indexed_to;  // where the first batch that was met ends
  for (;;) {
    Result<std::optional<PlacedBatch>> placed = scanner.next();
    if (!placed) return placed.error();
    if (!*placed) break;
    const Batch& batch = (*placed)->batch;
    const bool strange = batch.base_offset < found.end_offset;
    const bool wrong = !indexed_to && *entry && batch.last_offset != (*entry)->offset;
    if (!indexed_to) indexed_to = (*placed)->end();
    const bool lost = (*placed)->position > *indexed_to + unindexed_max && !offsets.is_full();
    if (strange || wrong || lost)
      return Error(TN_E_CORRUPT, offsets.file().path() + ": does not fit its segment");
    if (batch.max_timestamp_ms > found.latest.timestamp_ms)
      found.latest = {batch.max_timestamp_ms, batch.last_offset};
    found.end_offset = batch.last_offset + 1;
  }
  TimeIndex::Found time = times.last_at_or_below(found.end_offset - 1);
  if (!time) return time.error();
  if (*time && (*time)->timestamp_ms >= found.latest.timestamp_ms) found.latest = **time;
  return found;
}

Result<std::optional<int64_t>> Segment::first_timestamp() {
  if (state.bytes == 0) return std::optional<int64_t>();
  if (!first_timestamp_ms_) {
    HeaderScanner scanner(file, path, 0, state.bytes);
    Result<std::optional<PlacedBatch>> first = scanner.next();
    if (!first) return first.error();
    first_timestamp_ms_ = (*first)->batch.max_timestamp_ms;
  }
  return *first_timestamp_ms_ >= 0 ? first_timestamp_ms_ : std::nullopt;
}

}  // namespace tenon::segment
