// SPDX-License-Identifier: Apache-2.0
//
// Making a log durable: flush, the recovery point, and closing.
//
// The engine's SyncQueue decides when a log is synced. Syncs of one log come one after the other
// under sync_mutex_, and each looks at the failure of the one before: the kernel reports a failed
// write-back to one sync only, and the next would succeed.

#include "file_names.h"
#include "log.h"
#include "sync_queue.h"

namespace tenon::segment {

// The advance of a recovery point on its way through the executor; keeps the log alive.
struct Log::CheckpointJob {
  std::shared_ptr<Log> log;

  static void run(void* arg) {
    const std::unique_ptr<CheckpointJob> job(static_cast<CheckpointJob*>(arg));
    try {
      job->log->run_checkpoint();
    } catch (const std::exception& error) {
      job->log->poison(error.what());
    } catch (...) {
      job->log->poison(kStrangeException);
    }
  }
};

void Log::flush(Flushed done) {
  Result<> writable = check_writable();
  if (!writable) return done(writable);
  {
    std::lock_guard lock(mutex_);
    if (!is_synced_locked()) writable = Error(TN_E_AGAIN, "");
  }
  if (writable) return done(writable);
  syncs_.add(shared_from_this(), std::move(done));
}

bool Log::is_synced_locked() const {
  if (name_changes_ != names_synced_ || !trimmed_.empty()) return false;
  for (auto it = segments_.rbegin(); it != segments_.rend() && !(*it)->sealed; ++it)
    if ((*it)->needs_sync()) return false;
  return true;
}

void Log::start_writeback() noexcept {
  try {
    std::vector<SegmentPtr> segments;
    {
      std::lock_guard lock(mutex_);
      for (auto it = segments_.rbegin(); it != segments_.rend() && !(*it)->sealed; ++it)
        if ((*it)->needs_sync()) segments.push_back(*it);
    }
    for (const SegmentPtr& segment : segments) segment->file.start_writeback();
  } catch (...) {
    // Out of memory: the sync, which comes in any case, does it all.
  }
}

void Log::run_sync(std::optional<Flushed>& done) noexcept {
  // The log first, so that nobody who hears of it finds a log that still takes appends. A
  // completion that has been called does not mind.
  const auto fail = [&](const char* why) {
    poison(why);
    if (done) (*done)(Error(TN_E_PANIC, where() + "the sync failed: " + why));
  };
  try {
    sync_and_answer(done);
  } catch (const std::exception& error) {
    fail(error.what());
  } catch (...) {
    fail(kStrangeException);
  }
}

// The completion comes as soon as the data is safe. What only saves time after a crash is a job of
// its own, so that the other logs of the round need not wait for it.
void Log::sync_and_answer(std::optional<Flushed>& done) {
  Result<> result;
  bool call_checkpoint = false;
  {
    std::lock_guard serial(sync_mutex_);
    if (closed_) {
      result = *closed_;
    } else {
      SyncPlan plan;
      result = sync_all(plan);
      if (result && is_checkpoint_due(plan)) {
        // What the one that waits would seal, this one seals too.
        call_checkpoint = !next_checkpoint_;
        next_checkpoint_ = std::move(plan);
      }
    }
  }
  if (done) (*done)(result);
  if (!call_checkpoint) return;
  auto job = std::make_unique<CheckpointJob>(CheckpointJob{shared_from_this()});
  services_.executor.submit(services_.executor.ctx, &CheckpointJob::run, job.release());
}

void Log::run_checkpoint() {
  std::lock_guard serial(sync_mutex_);
  const std::optional<SyncPlan> plan = std::exchange(next_checkpoint_, std::nullopt);
  if (closed_ || plan->cuts != cuts_) return;
  if (Result<> advanced = advance_recovery_point(*plan); !advanced)
    services_.host.log(TN_LOG_WARN, where() + "recovery after a crash would take longer: " +
                                        advanced.error().text());
}

// Everything that a flush promises. `plan` says of what moment.
Result<> Log::sync_all(SyncPlan& plan) {
  if (Result<> writable = check_writable(); !writable) return writable;
  if (Result<> dropped = drop_trimmed(); !dropped) {
    // Were they to come back without the data that was never synced, they would leave a hole.
    poison("removing trimmed segments: " + dropped.error().text());
    return dropped;
  }
  plan = plan_sync();
  return sync(plan);
}

Log::SyncPlan Log::plan_sync() {
  std::lock_guard lock(mutex_);
  SyncPlan plan;
  size_t first = segments_.size() - 1;
  while (first > 0 && !segments_[first - 1]->sealed) first--;
  for (size_t i = first; i < segments_.size(); i++) {
    const SegmentPtr& segment = segments_[i];
    if (segment->needs_sync()) plan.files.emplace_back(segment, segment->state.bytes);
    if (i + 1 < segments_.size()) plan.rolled.push_back(segment);
  }
  plan.name_changes = name_changes_;
  plan.names = name_changes_ != names_synced_;
  plan.parent = parent_changed_;
  plan.active = segments_.back();
  plan.point = checkpoint_locked();
  plan.cuts = cuts_;
  return plan;
}

Checkpoint Log::checkpoint_locked() const {
  const Segment& active = *segments_.back();
  return {active.base_offset, static_cast<int64_t>(active.state.bytes), active.state.end_offset,
          static_cast<int64_t>(active.offsets.file().size()),
          static_cast<int64_t>(active.times.file().size())};
}

Result<> Log::sync(const SyncPlan& plan) {
  Result<> done;
  for (size_t i = 0; done && i < plan.files.size(); i++) done = plan.files[i].first->file.sync();
  if (done && plan.names) done = sync_names(plan.parent);
  if (!done) {
    poison(done.error().text());
    return done;
  }
  std::lock_guard lock(mutex_);
  for (const auto& [segment, bytes] : plan.files) {
    segment->synced_bytes = std::max(segment->synced_bytes, bytes);
    segment->may_shrink = false;
  }
  names_synced_ = std::max(names_synced_, plan.name_changes);
  if (plan.parent) parent_changed_ = false;
  return done;
}

// Makes the names in the log's directory durable, and, with `parent`, its own.
Result<> Log::sync_names(bool parent) {
  const std::string& path = layout_.directory;
  Result<> done = services_.fs.sync_directory(path);
  if (!done || !parent) return done;
  return services_.fs.sync_directory(path.substr(0, std::max<size_t>(path.rfind('/'), 1)));
}

Result<> Log::sync_names_if_changed() {
  uint64_t changes = 0;
  bool parent = false;
  {
    std::lock_guard lock(mutex_);
    if (names_synced_ == name_changes_) return {};
    changes = name_changes_;
    parent = parent_changed_;
  }
  if (Result<> done = sync_names(parent); !done) {
    poison(done.error().text());
    return done;
  }
  std::lock_guard lock(mutex_);
  names_synced_ = std::max(names_synced_, changes);
  if (parent) parent_changed_ = false;
  return {};
}

bool Log::is_checkpoint_due(const SyncPlan& plan) const {
  if (!plan.rolled.empty()) return true;
  const bool same = recovery_point_ && recovery_point_->base_offset == plan.point.base_offset;
  return plan.point.bytes - (same ? recovery_point_->bytes : 0) >= services_.checkpoint_bytes;
}

// Makes the indexes of rolled segments durable, which then need no look after a crash.
Result<> Log::seal(const SyncPlan& plan) {
  for (const SegmentPtr& segment : plan.rolled)
    if (Result<> synced = segment->sync_indexes(); !synced) return synced;
  std::lock_guard lock(mutex_);
  for (const SegmentPtr& segment : plan.rolled) segment->sealed = true;
  return {};
}

// The plan's data has been synced; its indexes have not.
Result<> Log::advance_recovery_point(const SyncPlan& plan) {
  if (Result<> sealed = seal(plan); !sealed) return sealed;
  if (Result<> synced = plan.active->sync_indexes(); !synced) return synced;
  return store_recovery_point(plan.point);
}

Result<> Log::store_recovery_point(const Checkpoint& point) {
  Result<> stored = store_checkpoint(services_, layout_.directory, kRecoveryPointName, point);
  if (stored) recovery_point_ = point;
  return stored;
}

Result<> Log::close(bool remove) {
  std::lock_guard serial(sync_mutex_);
  if (closed_) return Error(TN_E_INVALID, where() + "the log is closed");
  closed_ = remove ? remove_everything() : close_in_order();
  is_closed_.store(true);
  std::vector<SegmentPtr> dropped;  // their files are closed outside of the lock
  std::lock_guard lock(mutex_);
  dropped.swap(segments_);
  dropped.insert(dropped.end(), trimmed_.begin(), trimmed_.end());
  trimmed_.clear();
  recent_.clear();
  return *closed_;
}

// Syncs the data and leaves the marker by which the next open knows it. The active segment's
// indexes and the marker itself are not synced, so that closing thousands of logs takes no
// thousands of syncs: should the power go before they have reached the disk, the next open finds a
// marker that does not hold, or indexes that do not fit, and recovers.
Result<> Log::close_in_order() {
  SyncPlan plan;
  if (has_marker_) return drop_trimmed();
  {
    std::lock_guard lock(mutex_);
    segments_.back()->finish_time_index();
  }
  if (Result<> synced = sync_all(plan); !synced) return synced;
  if (Result<> sealed = seal(plan); !sealed) return sealed;
  Result<> written = plan.active->times.file().spill();
  if (written) written = plan.active->offsets.file().spill();
  if (written && index_entries_replaced_) written = plan.active->sync_indexes();
  if (!written) return written;
  for (const SegmentPtr& segment : segments_) {
    // Without their files, the indexes are made anew by the next open.
    if (!segment->indexes_distrusted()) continue;
    for (const IndexFile* index : {&segment->times.file(), &segment->offsets.file()})
      if (Result<> gone = remove_if_there(services_, index->path()); !gone) return gone;
  }
  return leave_checkpoint(services_, layout_.directory, kCleanShutdownName, plan.point);
}

Result<> Log::remove_everything() {
  for (const auto* list : {&segments_, &trimmed_})
    for (const SegmentPtr& segment : *list) {
      segment->offsets.file().abandon();
      segment->times.file().abandon();
    }
  const std::string& directory = layout_.directory;
  // First what vouches for the segments: without it, what a crash leaves is an older log.
  for (std::string_view name : {kCleanShutdownName, kRecoveryPointName})
    if (Result<> gone = remove_if_there(services_, directory + "/" + std::string(name)); !gone)
      return gone;
  Result<std::vector<std::string>> names = services_.fs.list(directory);
  if (!names) return names.error();
  for (const std::string& name : *names)
    if (Result<> gone = remove_if_there(services_, directory + "/" + name); !gone) return gone;
  if (Result<> gone = services_.fs.remove(directory); !gone) return gone;
  return services_.fs.sync_directory(
      directory.substr(0, std::max<size_t>(directory.rfind('/'), 1)));
}

}  // namespace tenon::segment
