// SPDX-License-Identifier: Apache-2.0
//
// Making a log shorter: truncate at its end, trim at its start.

#include <algorithm>

#include "file_names.h"
#include "header_scanner.h"
#include "log.h"
#include "sync_queue.h"

namespace tenon::segment {

namespace {

constexpr size_t kCopyBytes = 1 << 20;

// Files on their way to be removed by the executor: freeing a gigabyte takes a while.
struct RemoveJob {
  const Services& services;
  std::vector<std::shared_ptr<Segment>> segments;  // closed only when their names are gone
  std::string where;

  static void run(void* arg) {
    const std::unique_ptr<RemoveJob> job(static_cast<RemoveJob*>(arg));
    for (const auto& segment : job->segments) {
      const std::string path = segment->path + std::string(kDeletedSuffix);
      Result<> removed = remove_if_there(job->services, path);
      if (!removed) job->services.host.log(TN_LOG_WARN, job->where + removed.error().text());
    }
  }
};

Result<> copy_bytes(const File& from, const File& to, uint64_t bytes) {
  std::vector<uint8_t> buffer(std::min<uint64_t>(kCopyBytes, bytes));
  for (uint64_t at = 0; at < bytes;) {
    Result<size_t> n =
        from.read_at(at, buffer.data(), std::min<uint64_t>(buffer.size(), bytes - at));
    if (!n) return n.error();
    if (*n == 0) return Error(TN_E_CORRUPT, "the segment is shorter than it was");
    if (Result<> done = to.write_at(at, buffer.data(), *n); !done) return done;
    at += *n;
  }
  return {};
}

}  // namespace

Result<> Log::truncate(int64_t offset) {
  std::lock_guard serial(sync_mutex_);
  if (Result<> writable = check_writable(); !writable) return writable;
  if (offset < 0) return Error(TN_E_INVALID, where() + "no log begins before offset 0");
  if (offset >= end_offset_) return {};
  if (Result<> gone = forget_clean_shutdown(true); !gone) return gone;
  cuts_++;
  index_entries_replaced_ = true;
  // Their names may be needed again.
  Result<> done = drop_trimmed();
  if (done)
    done = offset < segments_.front()->base_offset ? restart_at(offset) : truncate_at(offset);
  if (!done) poison("truncating to offset " + std::to_string(offset) + ": " + done.error().text());
  return done;
}

// Nothing is left: the log begins anew at an offset before its start.
Result<> Log::restart_at(int64_t offset) {
  if (Result<> stored = store_recovery_point({offset, 0, offset, 0, 0}); !stored) return stored;
  Result<SegmentPtr> fresh = Segment::create(services_, layout_, offset);
  if (!fresh) return fresh.error();
  std::vector<SegmentPtr> dropped{std::move(*fresh)};
  {
    std::lock_guard lock(mutex_);
    dropped.swap(segments_);
    end_offset_ = offset;
    recent_.clear();
  }
  std::reverse(dropped.begin(), dropped.end());
  if (Result<> gone = drop_files(std::move(dropped)); !gone) return gone;
  return services_.fs.sync_directory(layout_.directory);
}

// Drops the segments behind the one that holds `offset`, and cuts that one before the first batch
// that reaches the offset.
Result<> Log::truncate_at(int64_t offset) {
  const size_t keep = index_of_locked(offset);
  const Segment& segment = *segments_[keep];
  const Sought sought{Sought::By::kLastOffset, offset};
  Result<std::optional<PlacedBatch>> placed = segment.seek(sought, segment.state.bytes);
  if (!placed) return placed.error();
  Result<SegmentState> state = segment.measure(*placed ? (*placed)->position : segment.state.bytes);
  if (!state) return state.error();
  if (Result<> lowered = lower_recovery_point(segment.base_offset, state->bytes); !lowered)
    return lowered;
  if (Result<> gone = drop_behind(keep); !gone) return gone;
  Result<bool> cut = cut_in_place(*state);
  if (!cut) return cut.error();
  if (!*cut) return cut_by_copy(*state);
  if (Result<> synced = segment.file.sync(); !synced) return synced;
  std::lock_guard lock(mutex_);
  segments_.back()->synced_bytes = state->bytes;
  return {};
}

// What is about to be cut off must not be vouched for.
Result<> Log::lower_recovery_point(int64_t base_offset, uint64_t bytes) {
  if (!recovery_point_ || recovery_point_->base_offset < base_offset) return {};
  const bool same = recovery_point_->base_offset == base_offset;
  if (same && recovery_point_->bytes <= static_cast<int64_t>(bytes)) return {};
  return store_recovery_point({base_offset, 0, base_offset, 0, 0});
}

// Drops the segments behind that index, the newest first, so that a crash leaves a shorter log and
// not one with a hole.
Result<> Log::drop_behind(size_t keep) {
  std::vector<SegmentPtr> dropped;
  {
    std::lock_guard lock(mutex_);
    const auto first = segments_.begin() + static_cast<std::ptrdiff_t>(keep) + 1;
    dropped.assign(std::make_reverse_iterator(segments_.end()), std::make_reverse_iterator(first));
    segments_.erase(first, segments_.end());
    end_offset_ = segments_.back()->state.end_offset;
    recent_.clear();
  }
  if (dropped.empty()) return {};
  if (Result<> gone = drop_files(std::move(dropped)); !gone) return gone;
  return services_.fs.sync_directory(layout_.directory);
}

// Gives the last segment that state. False, and nothing done, if somebody shares it.
Result<bool> Log::cut_in_place(const SegmentState& state) {
  std::lock_guard lock(mutex_);
  if (segments_.back().use_count() > 1) return false;
  // Who let go of it last has finished with it, and nobody can take it while the lock is held.
  std::atomic_thread_fence(std::memory_order_acquire);
  Segment& segment = *segments_.back();
  if (Result<> cut = segment.file.truncate(state.bytes); !cut) return cut.error();
  if (Result<> cut = segment.offsets.truncate(state.bytes); !cut) return cut.error();
  if (Result<> cut = segment.times.truncate(state.end_offset); !cut) return cut.error();
  segment.state = state;
  segment.synced_bytes = 0;
  segment.sealed = false;
  end_offset_ = state.end_offset;
  recent_.clear();
  return true;
}

// Replaces the last segment by a copy of its beginning; who shares the old one keeps its file.
Result<> Log::cut_by_copy(const SegmentState& state) {
  SegmentPtr old = segments_.back();
  const std::string temporary = old->path + std::string(kTempSuffix);
  Result<File> file =
      services_.fs.open(temporary, TN_FS_READ | TN_FS_WRITE | TN_FS_CREATE | TN_FS_TRUNCATE);
  if (!file) return file.error();
  if (Result<> copied = copy_bytes(old->file, *file, state.bytes); !copied) return copied;
  if (Result<> synced = file->sync(); !synced) return synced;
  if (Result<> gone = retire_indexes(*old); !gone) return gone;
  if (Result<> renamed = services_.fs.rename(temporary, old->path); !renamed) return renamed;
  if (Result<> done = services_.fs.sync_directory(layout_.directory); !done) return done;
  auto fresh = std::make_shared<Segment>(services_, layout_, old->base_offset, std::move(*file));
  HeaderScanner scanner(fresh->file, fresh->path, 0, state.bytes);
  for (;;) {
    Result<std::optional<PlacedBatch>> placed = scanner.next();
    if (!placed) return placed.error();
    if (!*placed) break;
    fresh->note(**placed);
  }
  fresh->synced_bytes = state.bytes;
  std::lock_guard lock(mutex_);
  segments_.back() = std::move(fresh);
  end_offset_ = state.end_offset;
  recent_.clear();
  return {};
}

// The index files of a segment that is not the log's any more.
Result<> Log::retire_indexes(Segment& segment) {
  for (IndexFile* index : {&segment.offsets.file(), &segment.times.file()}) {
    index->abandon();
    if (Result<> gone = remove_if_there(services_, index->path()); !gone) return gone;
  }
  return {};
}

// Removes the files of segments that are no longer in the list, in that order.
Result<> Log::drop_files(std::vector<SegmentPtr> dropped) {
  for (const SegmentPtr& segment : dropped) {
    if (Result<> gone = retire_indexes(*segment); !gone) return gone;
    const std::string deleted = segment->path + std::string(kDeletedSuffix);
    // On a full disk there may be no room for the new name.
    Result<> done = services_.fs.rename(segment->path, deleted);
    if (!done) done = services_.fs.remove(segment->path);
    if (!done) return done;
  }
  {
    // The next flush makes it durable: were the segments to come back without the data that was
    // never synced, what is appended from now on would lie behind a hole.
    std::lock_guard lock(mutex_);
    name_changes_++;
  }
  auto job = std::make_unique<RemoveJob>(RemoveJob{services_, std::move(dropped), where()});
  services_.executor.submit(services_.executor.ctx, &RemoveJob::run, job.release());
  return {};
}

// The log forgets the segments at once; their files go with the next sync, which is called for.
Result<int64_t> Log::trim(int64_t offset) {
  if (Result<> writable = check_writable(); !writable) return writable.error();
  if (offset >= end_offset_ && segments_.back()->state.bytes > 0) {
    if (Result<> rolled = roll(end_offset_); !rolled) return rolled.error();
  }
  bool any = false;
  {
    std::lock_guard lock(mutex_);
    auto end = segments_.begin();
    while (end + 1 != segments_.end() && (*(end + 1))->base_offset <= offset) ++end;
    any = end != segments_.begin();
    trimmed_.insert(trimmed_.end(), segments_.begin(), end);
    segments_.erase(segments_.begin(), end);
  }
  if (any) syncs_.add(shared_from_this(), std::nullopt);
  return segments_.front()->base_offset;
}

// Removes the files of what was trimmed. [under sync_mutex_]
Result<> Log::drop_trimmed() {
  std::vector<SegmentPtr> trimmed;
  {
    std::lock_guard lock(mutex_);
    trimmed.swap(trimmed_);
  }
  if (trimmed.empty()) return {};
  // The log must not be found empty after a crash, without its end: the offsets would be reused.
  if (Result<> done = sync_names_if_changed(); !done) return done;
  return drop_files(std::move(trimmed));
}

}  // namespace tenon::segment
