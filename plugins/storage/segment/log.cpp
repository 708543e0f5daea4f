// SPDX-License-Identifier: Apache-2.0

#include "log.h"

#include <algorithm>
#include <limits>

#include "file_names.h"
#include "sync_queue.h"

namespace tenon::segment {

namespace {

// Positions in an index are signed 32 bits, and so are offsets relative to the base.
constexpr int64_t kSegmentBytesMax = std::numeric_limits<int32_t>::max();
constexpr int64_t kRelativeOffsetMax = std::numeric_limits<int32_t>::max();

// A smaller index would be full before it serves; who asks for one gets this.
constexpr int64_t kIndexBytesMin = 64;

// Calls visit(batch, bytes) for every batch of an append; stops with its false.
template <class Visit>
bool for_each_batch(const tn_append& batches, Visit visit) {
  for (uint32_t i = 0; i < batches.n_pieces; i++) {
    const auto* at = static_cast<const uint8_t*>(batches.pieces[i].data);
    size_t left = batches.pieces[i].len;
    while (left > 0) {
      const std::optional<Batch> batch = left >= kBatchHeaderBytes ? parse_batch(at) : std::nullopt;
      if (!batch || batch->bytes > left || !visit(*batch)) return false;
      at += batch->bytes;
      left -= batch->bytes;
    }
  }
  return true;
}

}  // namespace

Log::Log(const Services& services, SyncQueue& syncs, const tn_log_spec& spec)
    : services_(services),
      syncs_(syncs),
      name_(spec.name),
      segment_bytes_(std::min(spec.segment_bytes, kSegmentBytesMax)),
      segment_ms_(spec.segment_ms),
      layout_{spec.directory, spec.index_interval_bytes,
              std::max(spec.index_bytes_max, kIndexBytesMin)} {}

Result<std::shared_ptr<Log>> Log::open(const Services& services, SyncQueue& syncs,
                                       const tn_log_spec& spec, tn_log_state& state) {
  auto log = std::make_shared<Log>(services, syncs, spec);
  Result<Recovered> recovered = recover(services, log->layout_, spec.start_offset);
  if (!recovered) return recovered.error();
  if (Result<> taken = log->take(std::move(*recovered), state); !taken) return taken.error();
  return log;
}

bool Log::is_layout(const tn_log_spec& spec) {
  return spec.struct_size >= sizeof(tn_log_spec) && spec.segment_bytes > 0 && spec.segment_ms > 0 &&
         spec.index_interval_bytes >= 0 && spec.index_bytes_max > 0;
}

// The active segment keeps its indexes as they are: they belong to a reader's way through it.
Result<> Log::configure(const tn_log_spec& spec) {
  if (!is_layout(spec)) return Error(TN_E_INVALID, where() + "no log can be laid out like that");
  segment_bytes_ = std::min(spec.segment_bytes, kSegmentBytesMax);
  segment_ms_ = spec.segment_ms;
  layout_.index_interval_bytes = spec.index_interval_bytes;
  layout_.index_bytes_max = std::max(spec.index_bytes_max, kIndexBytesMin);
  return {};
}

Result<> Log::take(Recovered recovered, tn_log_state& state) {
  segments_ = std::move(recovered.segments);
  end_offset_ = segments_.back()->state.end_offset;
  // After a crash of the process alone, nobody knows which names have reached the disk.
  parent_changed_ = recovered.is_new || !recovered.was_clean;
  name_changes_ = recovered.names_changed || parent_changed_ ? 1 : 0;
  recovery_point_ = recovered.recovery_point;
  has_marker_ = recovered.has_marker;
  index_entries_replaced_ = !recovered.was_clean;
  state.was_clean = recovered.was_clean ? 1 : 0;
  state.start_offset = segments_.front()->base_offset;
  state.end_offset = end_offset_;
  state.truncated_bytes = static_cast<int64_t>(recovered.truncated_bytes);
  state.bytes = 0;
  for (const SegmentPtr& segment : segments_)
    state.bytes += static_cast<int64_t>(segment->state.bytes);
  return {};
}

Result<> Log::check_writable() const {
  if (is_closed_.load()) return Error(TN_E_INVALID, where() + "the log is closed");
  if (!poisoned_.load(std::memory_order_relaxed)) return {};
  std::lock_guard lock(mutex_);
  return Error(TN_E_IO, where() + "refused since an earlier failure: " + poisoned_by_);
}

void Log::poison(const std::string& why) {
  {
    std::lock_guard lock(mutex_);
    if (poisoned_.load()) return;
    poisoned_by_ = why;
    poisoned_.store(true);
  }
  services_.host.log(TN_LOG_ERROR, where() + "refuses appends and flushes from now on: " + why);
}

Result<> Log::append(const tn_append& batches) {
  if (Result<> writable = check_writable(); !writable) return writable;
  Result<uint64_t> bytes = inspect(batches);
  if (!bytes) return bytes.error();
  if (is_roll_due(batches, *bytes)) {
    // Segments follow each other without a gap where they can: recovery knows a hole by it.
    const bool fits = batches.last_offset - end_offset_ <= kRelativeOffsetMax;
    if (Result<> rolled = roll(fits ? end_offset_ : batches.base_offset); !rolled) return rolled;
  }
  if (has_marker_) (void)forget_clean_shutdown(false);
  const Segment& active = *segments_.back();
  Result<> written = active.file.write_at(active.state.bytes, batches.pieces, batches.n_pieces);
  if (!written) return undo_write(written.error());
  publish(batches);
  return {};
}

// How many bytes the batches have, if they may be appended.
Result<uint64_t> Log::inspect(const tn_append& batches) const {
  uint64_t bytes = 0;
  int64_t next = end_offset_;
  int64_t first = -1;
  const bool whole = for_each_batch(batches, [&](const Batch& batch) {
    if (batch.base_offset < next) return false;
    if (first < 0) first = batch.base_offset;
    next = batch.last_offset + 1;
    bytes += batch.bytes;
    return true;
  });
  if (!whole || bytes == 0)
    return Error(TN_E_INVALID, where() + "append of something else than whole batches at offset " +
                                   std::to_string(end_offset_) + " or later");
  if (first != batches.base_offset || next != batches.last_offset + 1)
    return Error(TN_E_INVALID, where() + "the batches do not span the offsets that are said");
  if (bytes > kSegmentBytesMax || batches.last_offset - batches.base_offset > kRelativeOffsetMax)
    return Error(TN_E_INVALID, where() + "the batches do not fit a segment");
  return bytes;
}

// As Kafka decides it: by size, by the time since the first batch, by what the indexes can hold.
bool Log::is_roll_due(const tn_append& batches, uint64_t bytes) const {
  Segment& active = *segments_.back();
  if (batches.last_offset - active.base_offset > kRelativeOffsetMax) return true;
  if (active.state.bytes == 0) return false;
  if (active.state.bytes + bytes > static_cast<uint64_t>(segment_bytes_)) return true;
  if (active.offsets.is_full() || active.times.is_full()) return true;
  Result<std::optional<int64_t>> first = active.first_timestamp();
  const bool by_timestamp = first && *first;
  const int64_t waited_ms =
      by_timestamp ? batches.max_timestamp_ms - **first : services_.now_ms() - active.created_ms;
  return waited_ms > segment_ms_;
}

// Begins a new active segment. The old one is sealed by a job.
Result<> Log::roll(int64_t base_offset) {
  SegmentPtr empty;
  if (segments_.back()->base_offset == base_offset) return {};
  (void)forget_clean_shutdown(false);
  Result<SegmentPtr> fresh = Segment::create(services_, layout_, base_offset);
  if (!fresh) return fresh.error();
  {
    std::lock_guard lock(mutex_);
    Segment& old = *segments_.back();
    old.finish_time_index();
    if (old.state.bytes == 0) {
      empty = std::move(segments_.back());
      segments_.pop_back();
    }
    segments_.push_back(std::move(*fresh));
    end_offset_ = base_offset;
    name_changes_++;
    recent_.clear();
  }
  if (empty) return drop_files({std::move(empty)});
  syncs_.add(shared_from_this(), std::nullopt);
  return {};
}

// A part of what was not appended may be in the file: it must not be there when something shorter
// is written over it.
Result<> Log::undo_write(const Error& why) {
  const Segment& active = *segments_.back();
  Result<> undone = active.file.truncate(active.state.bytes);
  if (!undone) poison(why.text() + "; and then: " + undone.error().text());
  return why;
}

void Log::publish(const tn_append& batches) {
  std::lock_guard lock(mutex_);
  Segment& active = *segments_.back();
  for_each_batch(batches, [&](const Batch& batch) {
    const PlacedBatch placed{batch, active.state.bytes};
    active.note(placed);
    recent_.add(placed);
    return true;
  });
  end_offset_ = active.state.end_offset;
}

// The marker names the end of the log, so it is void as soon as the log has grown; only where the
// log may shrink it has to be gone first.
Result<> Log::forget_clean_shutdown(bool durably) {
  if (!has_marker_) return {};
  Result<> gone =
      remove_if_there(services_, layout_.directory + "/" + std::string(kCleanShutdownName));
  if (gone && durably) gone = services_.fs.sync_directory(layout_.directory);
  if (gone || !durably) has_marker_ = false;
  return gone;
}

Result<> Log::put_blob(const char* name, ByteView bytes) {
  if (is_closed_.load()) return Error(TN_E_INVALID, where() + "the log is closed");
  if (!is_blob_name(name)) return Error(TN_E_INVALID, where() + "no blob can be called " + name);
  if (Result<> replaced = replace_file(services_, layout_.directory, name, bytes); !replaced)
    return replaced;
  return sync_names_if_changed();
}

Result<size_t> Log::get_blob(const char* name, uint8_t* dst, size_t cap) {
  if (!is_blob_name(name)) return Error(TN_E_INVALID, where() + "no blob can be called " + name);
  return copy_file_to(services_, layout_.directory + "/" + name, dst, cap);
}

}  // namespace tenon::segment
