// SPDX-License-Identifier: Apache-2.0

#include "recovery/recovery.h"

#include <algorithm>

#include "file_names.h"
#include "recovery/batch_verifier.h"
#include "recovery/quarantine.h"

namespace tenon::segment {

namespace {

class Recovery {
 public:
  Recovery(const Services& services, const SegmentLayout& layout)
      : services_(services), layout_(layout) {}

  Result<Recovered> run(int64_t start_offset);

 private:
  // A segment as its file was found.
  struct Candidate {
    std::shared_ptr<Segment> segment;
    uint64_t bytes = 0;
  };

  Result<> prepare_directory();
  Result<std::vector<int64_t>> sort_files();
  Result<> open_candidates(const std::vector<int64_t>& bases);
  Result<> load_state();
  Result<> begin_empty(int64_t start_offset);
  Result<size_t> first_unproven() const;

  Result<> attach(Candidate& candidate, bool is_last);
  Result<SegmentState> fit_indexes(Segment& segment, uint64_t bytes, bool is_last);
  Result<> check_last_time(const Segment& segment, const SegmentState& state, bool is_last);

  Result<bool> verify(Candidate& candidate, bool is_last);
  Result<SegmentState> resume(Segment& segment, const Checkpoint& point);
  Result<uint64_t> scan(Segment& segment, uint64_t bytes);
  Result<> renew(Candidate& candidate);
  Result<> cut(Candidate& candidate, uint64_t valid_bytes);
  Result<> set_aside(size_t from);
  bool is_hole_after(size_t i) const;
  Result<> check_joined(size_t n_proven) const;
  Result<> check_order() const;
  void warn(const std::string& text) { services_.host.log(TN_LOG_WARN, text); }

  const Services& services_;
  const SegmentLayout& layout_;
  Recovered found_;
  std::vector<Candidate> candidates_;
  std::optional<Checkpoint> marker_;  // while it holds
  bool sync_names_ = false;           // a later step relies on what was renamed or removed
};

// True if the error is about content, which can be made anew, and not about the disk.
bool can_rebuild(const Error& error) {
  return error.code() == TN_E_CORRUPT || error.code() == TN_E_NOT_FOUND;
}

Result<Recovered> Recovery::run(int64_t start_offset) {
  if (Result<> done = prepare_directory(); !done) return done.error();
  Result<std::vector<int64_t>> bases = sort_files();
  if (!bases) return bases.error();
  if (Result<> done = open_candidates(*bases); !done) return done.error();
  if (Result<> done = load_state(); !done) return done.error();
  if (candidates_.empty()) {
    if (Result<> done = begin_empty(start_offset); !done) return done.error();
    return std::move(found_);
  }
  Result<size_t> unproven = first_unproven();
  if (!unproven) return unproven.error();
  for (size_t i = 0; i < *unproven; i++) {
    const bool is_last = i + 1 == candidates_.size();
    if (Result<> done = attach(candidates_[i], is_last); !done) return done.error();
  }
  if (Result<> joined = check_joined(*unproven); !joined) return joined.error();
  for (size_t i = *unproven; i < candidates_.size(); i++) {
    Result<bool> whole = verify(candidates_[i], i + 1 == candidates_.size());
    if (!whole) return whole.error();
    if (*whole && !is_hole_after(i)) continue;
    if (Result<> done = set_aside(i + 1); !done) return done.error();
  }
  if (Result<> ordered = check_order(); !ordered) return ordered.error();
  if (sync_names_) {
    if (Result<> done = services_.fs.sync_directory(layout_.directory); !done) return done.error();
  }
  for (Candidate& candidate : candidates_) found_.segments.push_back(std::move(candidate.segment));
  return std::move(found_);
}

Result<> Recovery::prepare_directory() {
  Result<tn_file_info> info = services_.fs.info(layout_.directory);
  if (info) return {};
  if (info.error().code() != TN_E_NOT_FOUND) return info.error();
  found_.is_new = true;
  return services_.fs.make_directory(layout_.directory);
}

// The base offsets of the segments, rising. Removes what a crash left of files without a use.
Result<std::vector<int64_t>> Recovery::sort_files() {
  Result<std::vector<std::string>> names = services_.fs.list(layout_.directory);
  if (!names) return names.error();
  std::vector<int64_t> bases;
  for (const std::string& name : *names)
    if (const auto base = parse_segment_file_name(name, kLogSuffix)) bases.push_back(*base);
  std::sort(bases.begin(), bases.end());
  for (const std::string& name : *names) {
    auto base = parse_segment_file_name(name, kIndexSuffix);
    if (!base) base = parse_segment_file_name(name, kTimeIndexSuffix);
    const bool orphan = base && !std::binary_search(bases.begin(), bases.end(), *base);
    if (!orphan && !name.ends_with(kTempSuffix) && !name.ends_with(kDeletedSuffix)) continue;
    Result<> removed = remove_if_there(services_, layout_.directory + "/" + name);
    if (!removed) return removed.error();
  }
  return bases;
}

Result<> Recovery::open_candidates(const std::vector<int64_t>& bases) {
  for (int64_t base : bases) {
    Result<std::shared_ptr<Segment>> segment = Segment::open(services_, layout_, base);
    if (!segment) return segment.error();
    Result<tn_file_info> info = services_.fs.info((*segment)->path);
    if (!info) return info.error();
    candidates_.push_back({std::move(*segment), info->size});
  }
  return {};
}

// Reads the marker and the recovery point; a marker that the log has outgrown is removed.
Result<> Recovery::load_state() {
  const std::string marker_path = layout_.directory + "/" + std::string(kCleanShutdownName);
  Result<std::optional<Checkpoint>> marker = load_checkpoint(services_, marker_path);
  if (!marker) return marker.error();
  Result<std::optional<Checkpoint>> point =
      load_checkpoint(services_, layout_.directory + "/" + std::string(kRecoveryPointName));
  if (!point) return point.error();
  found_.recovery_point = *point;
  if (!candidates_.empty() && *marker) {
    const Candidate& last = candidates_.back();
    found_.has_marker = (*marker)->base_offset == last.segment->base_offset &&
                        (*marker)->bytes == static_cast<int64_t>(last.bytes);
  }
  found_.was_clean = found_.has_marker;
  if (found_.has_marker) {
    marker_ = *marker;
    return {};
  }
  return remove_if_there(services_, marker_path);
}

Result<> Recovery::begin_empty(int64_t start_offset) {
  if (found_.recovery_point)
    return Error(TN_E_CORRUPT, layout_.directory + ": the segments up to offset " +
                                   std::to_string(found_.recovery_point->end_offset) +
                                   " were on disk and are missing");
  Result<std::shared_ptr<Segment>> segment = Segment::create(services_, layout_, start_offset);
  if (!segment) return segment.error();
  found_.segments.push_back(std::move(*segment));
  found_.names_changed = true;
  found_.was_clean = true;
  return {};
}

// The first segment that was not known to be on disk as a whole.
Result<size_t> Recovery::first_unproven() const {
  if (found_.was_clean) return candidates_.size();
  if (!found_.recovery_point) return size_t{0};
  const int64_t base = found_.recovery_point->base_offset;
  if (base < candidates_.front().segment->base_offset) return size_t{0};
  const auto it = std::find_if(candidates_.begin(), candidates_.end(),
                               [&](const Candidate& c) { return c.segment->base_offset >= base; });
  const bool is_there = it != candidates_.end() && it->segment->base_offset == base;
  // An empty segment may have given way to one with a later base.
  if (is_there || found_.recovery_point->bytes == 0)
    return static_cast<size_t>(it - candidates_.begin());
  return Error(TN_E_CORRUPT, layout_.path(base, kLogSuffix) + ": was on disk and is missing");
}

// Takes a segment that is known to be whole; its indexes are made anew if they do not fit.
Result<> Recovery::attach(Candidate& candidate, bool is_last) {
  Result<SegmentState> state = fit_indexes(*candidate.segment, candidate.bytes, is_last);
  if (!state && !can_rebuild(state.error())) return state.error();
  if (state) {
    candidate.segment->state = *state;
  } else {
    warn("rebuilding indexes: " + state.error().text());
    if (Result<> done = renew(candidate); !done) return done;
    Result<uint64_t> valid = scan(*candidate.segment, candidate.bytes);
    if (!valid) return valid.error();
    if (*valid < candidate.bytes)
      return Error(TN_E_CORRUPT, candidate.segment->path + ": damaged record batch at position " +
                                     std::to_string(*valid));
    if (!is_last) candidate.segment->finish_time_index();
    if (Result<> done = candidate.segment->sync_indexes(); !done) return done;
    found_.names_changed = true;
  }
  candidate.segment->synced_bytes = candidate.bytes;
  candidate.segment->sealed = !is_last;
  candidate.segment->offsets.file().drop_view();
  candidate.segment->times.file().drop_view();
  return {};
}

// The state of a segment by its indexes as they are on disk; an error if they cannot be its own.
Result<SegmentState> Recovery::fit_indexes(Segment& segment, uint64_t bytes, bool is_last) {
  Result<size_t> n_offsets = segment.offsets.file().count_on_disk();
  if (!n_offsets) return n_offsets.error();
  Result<size_t> n_times = segment.times.file().count_on_disk();
  if (!n_times) return n_times.error();
  const bool all_there = !is_last || !marker_ ||
                         (marker_->offset_entries == static_cast<int64_t>(*n_offsets) &&
                          marker_->time_entries == static_cast<int64_t>(*n_times));
  if (!all_there) return Error(TN_E_CORRUPT, segment.path + ": its indexes have lost entries");
  segment.offsets.file().adopt(*n_offsets);
  segment.times.file().adopt(*n_times);
  if (Result<> loaded = segment.times.load_last(); !loaded) return loaded.error();
  OffsetIndex::Found last = segment.offsets.last();
  if (!last) return last.error();
  // The first batch of a segment never gets an entry, so no entry says 0.
  const bool in_file = !*last || ((*last)->position > 0 && (*last)->position < bytes);
  if (!in_file)
    return Error(TN_E_CORRUPT, segment.offsets.file().path() + ": points outside its segment");
  Result<SegmentState> state = segment.measure(bytes);
  if (!state) return state;
  if (Result<> fits = check_last_time(segment, *state, is_last); !fits) return fits.error();
  return state;
}

Result<> Recovery::check_last_time(const Segment& segment, const SegmentState& state,
                                   bool is_last) {
  const Error misfit(TN_E_CORRUPT, segment.times.file().path() + ": does not fit its segment");
  TimeIndex::Found last = segment.times.last();
  if (!last) return last.error();
  const int64_t last_ms = *last ? (*last)->timestamp_ms : -1;
  if (!is_last && state.latest.timestamp_ms > last_ms) return misfit;
  if (!*last) return {};
  const Sought sought{Sought::By::kLastOffset, (*last)->offset};
  Result<std::optional<PlacedBatch>> placed = segment.seek(sought, state.bytes);
  if (!placed) return placed.error();
  const bool fits = *placed && (*placed)->batch.last_offset == (*last)->offset &&
                    (*placed)->batch.max_timestamp_ms == last_ms;
  return fits ? Result<>() : misfit;
}

// Checks a segment's batches beyond the recovery point. False if it had to be cut.
Result<bool> Recovery::verify(Candidate& candidate, bool is_last) {
  const auto& point = found_.recovery_point;
  const bool proven_here = point && point->base_offset == candidate.segment->base_offset;
  const uint64_t proven = proven_here ? static_cast<uint64_t>(point->bytes) : 0;
  if (candidate.bytes < proven)
    return Error(TN_E_CORRUPT, candidate.segment->path + ": ends at position " +
                                   std::to_string(candidate.bytes) +
                                   ", though it was on disk up to " + std::to_string(proven));
  Result<SegmentState> state = Error(TN_E_NOT_FOUND, "");
  if (proven > 0) state = resume(*candidate.segment, *point);
  if (!state && !can_rebuild(state.error())) return state.error();
  if (state) {
    candidate.segment->state = *state;
  } else if (Result<> done = renew(candidate); !done) {
    return done.error();
  }
  Result<uint64_t> valid = scan(*candidate.segment, candidate.bytes);
  if (!valid) return valid.error();
  if (*valid < proven)
    return Error(TN_E_CORRUPT, candidate.segment->path + ": damaged record batch at position " +
                                   std::to_string(*valid));
  candidate.segment->synced_bytes = proven;
  candidate.segment->may_shrink = true;
  if (*valid == candidate.bytes) {
    if (!is_last) candidate.segment->finish_time_index();
    return true;
  }
  if (Result<> done = cut(candidate, *valid); !done) return done.error();
  return false;
}

// The state at the recovery point, by the entries that the indexes had then.
Result<SegmentState> Recovery::resume(Segment& segment, const Checkpoint& point) {
  const std::pair<IndexFile*, int64_t> kept[] = {{&segment.offsets.file(), point.offset_entries},
                                                 {&segment.times.file(), point.time_entries}};
  for (const auto& [file, entries] : kept) {
    Result<tn_file_info> info = services_.fs.info(file->path());
    if (!info) return info.error();
    const size_t bytes = static_cast<size_t>(entries) * file->entry_bytes();
    if (info->size < bytes) return Error(TN_E_CORRUPT, file->path() + ": too short");
    // One too many, so that truncate cuts whatever has been written behind them.
    file->adopt(static_cast<size_t>(entries) + 1);
    if (Result<> cut = file->truncate(static_cast<size_t>(entries)); !cut) return cut.error();
  }
  if (Result<> loaded = segment.times.load_last(); !loaded) return loaded.error();
  Result<SegmentState> state = segment.measure(static_cast<uint64_t>(point.bytes));
  if (!state) return state;
  if (state->end_offset != point.end_offset)
    return Error(TN_E_CORRUPT, segment.path + ": does not fit the recovery point");
  return state;
}

// Accounts for every valid batch behind the segment's state; where the valid part ends.
Result<uint64_t> Recovery::scan(Segment& segment, uint64_t bytes) {
  BatchVerifier verifier(
      services_, segment.file,
      {segment.state.bytes, bytes, segment.base_offset, segment.state.end_offset});
  for (;;) {
    Result<std::optional<PlacedBatch>> placed = verifier.next();
    if (!placed) return placed.error();
    if (!*placed) return verifier.position();
    segment.note(**placed);
  }
}

// The same segment without indexes.
Result<> Recovery::renew(Candidate& candidate) {
  const int64_t base = candidate.segment->base_offset;
  for (std::string_view suffix : {kIndexSuffix, kTimeIndexSuffix}) {
    Result<> removed = remove_if_there(services_, layout_.path(base, suffix));
    if (!removed) return removed;
  }
  Result<std::shared_ptr<Segment>> fresh = Segment::open(services_, layout_, base);
  if (!fresh) return fresh.error();
  candidate.segment = std::move(*fresh);
  return {};
}

// Cuts off what is not valid; keeps a copy if there are whole batches in it.
Result<> Recovery::cut(Candidate& candidate, uint64_t valid_bytes) {
  const Segment& segment = *candidate.segment;
  const uint64_t lost = candidate.bytes - valid_bytes;
  BatchVerifier verifier(
      services_, segment.file,
      {valid_bytes, candidate.bytes, segment.base_offset, segment.state.end_offset});
  Result<bool> more = verifier.more_behind();
  if (!more) return more.error();
  if (*more) {
    Result<> kept = quarantine_tail(services_, segment, valid_bytes, candidate.bytes);
    if (!kept) return kept;
  }
  warn(segment.path + ": cut at position " + std::to_string(valid_bytes) + ", " +
       std::to_string(lost) + " bytes were not valid");
  if (Result<> done = segment.file.truncate(valid_bytes); !done) return done;
  if (Result<> done = segment.file.sync(); !done) return done;
  candidate.bytes = valid_bytes;
  candidate.segment->synced_bytes = valid_bytes;
  candidate.segment->may_shrink = false;
  found_.truncated_bytes += lost;
  sync_names_ = true;
  return {};
}

// True if the next segment does not begin where this one ends: its end was lost between two
// batches. Only offsets too far apart for one segment make a gap otherwise.
bool Recovery::is_hole_after(size_t i) const {
  if (i + 1 == candidates_.size()) return false;
  const Segment& segment = *candidates_[i].segment;
  const int64_t next = candidates_[i + 1].segment->base_offset;
  return next > segment.state.end_offset && next - segment.base_offset - 1 <= INT32_MAX;
}

// What was made durable did not get lost in a crash: a hole behind it is damage, not a torn tail.
Result<> Recovery::check_joined(size_t n_proven) const {
  for (size_t i = 0; i < n_proven; i++) {
    if (!is_hole_after(i)) continue;
    const Segment& segment = *candidates_[i].segment;
    return Error(TN_E_CORRUPT, segment.path + ": the records from offset " +
                                   std::to_string(segment.state.end_offset) + " to " +
                                   std::to_string(candidates_[i + 1].segment->base_offset - 1) +
                                   " were on disk and are missing");
  }
  return {};
}

// Quarantines the segments from that one on: they come after a hole.
Result<> Recovery::set_aside(size_t from) {
  for (size_t i = candidates_.size(); i-- > from;) {
    const Candidate& candidate = candidates_[i];
    if (Result<> done = quarantine_segment(services_, *candidate.segment, candidate.bytes); !done)
      return done;
    found_.truncated_bytes += candidate.bytes;
    sync_names_ = true;
  }
  candidates_.resize(from);
  return {};
}

Result<> Recovery::check_order() const {
  for (size_t i = 1; i < candidates_.size(); i++)
    if (candidates_[i].segment->base_offset < candidates_[i - 1].segment->state.end_offset)
      return Error(TN_E_CORRUPT, candidates_[i].segment->path +
                                     ": begins before the end of the segment before it");
  return {};
}

}  // namespace

Result<Recovered> recover(const Services& services, const SegmentLayout& layout,
                          int64_t start_offset) {
  return Recovery(services, layout).run(start_offset);
}

}  // namespace tenon::segment
