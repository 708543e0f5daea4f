// SPDX-License-Identifier: Apache-2.0

#include "controller/journal.h"

#include <deque>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/log.h"
#include "controller/disk/journal_store.h"

namespace tenon::controller {

namespace {
constexpr Duration kRefusalWarningInterval = std::chrono::seconds(10);
}

// Shared with the jobs on the pool, which touch only the store; everything else belongs to the
// scheduler's thread.
class Journal::Core : public std::enable_shared_from_this<Journal::Core> {
 public:
  Core(JournalOptions options, std::unique_ptr<JournalStore> store)
      : options_(std::move(options)), store_(std::move(store)) {
    recovered_ = store_->take_recovered();
    durable_leader_ = recovered_.leader;
    newest_epoch_ = recovered_.leader.epoch;
    durable_index_ = last_index_ = recovered_.last_index;
    bytes_since_snapshot_ = recovered_.entry_bytes;
  }

  void subscribe(uint64_t from, Subscriber subscriber);
  void close();
  Task<Result<Leadership>> campaign(BrokerId candidate);
  Future<Result<uint64_t>> append(int32_t epoch, EntryKind kind, Bytes payload);
  Future<Result<>> save_snapshot(uint64_t index, std::move_only_function<Bytes()> body);
  Future<Result<>> barrier();
  Future<void> drain();

  const JournalOptions options_;
  Recovered recovered_;  // until subscribe()
  Subscriber subscriber_;
  Leadership durable_leader_;
  int32_t newest_epoch_ = 0;    // of a campaign, durable or not
  uint64_t last_index_ = 0;     // given to an entry
  uint64_t durable_index_ = 0;  // of an entry on disk
  uint64_t bytes_since_snapshot_ = 0;

 private:
  struct Queued {
    Entry entry;
    Promise<Result<uint64_t>> done;
  };
  struct SnapshotJob {
    Snapshot header;
    std::move_only_function<Bytes()> body;
    Promise<Result<>> done;
  };
  struct Waiter {
    uint64_t index;
    Promise<Result<>> done;
  };

  bool idle() const { return !busy_ && queue_.empty() && !snapshot_job_; }
  void pump();
  void start_write();
  void start_snapshot();
  void on_written(std::vector<Entry> entries, Result<> written);
  void on_snapshot(Result<> saved);
  void deliver(std::span<const Entry> entries);
  void job_done();
  void refuse(Error why);
  void warn_of_refusal(const Error& why);
  void give_up(Error why);
  void fail_waiting(const Error& why);
  void release_barriers();

  const std::unique_ptr<JournalStore> store_;  // the job's, while busy_
  std::deque<Queued> queue_;
  std::vector<Promise<Result<uint64_t>>> writing_;  // of the frame under way
  std::optional<SnapshotJob> snapshot_job_;
  std::deque<Waiter> barriers_;
  std::vector<Promise<void>> drains_;
  std::optional<Error> failed_;
  std::optional<MonoTime> refused_at_;  // when that was last said; none = the last write was good
  bool busy_ = false;                   // a job is on the pool, or its results are being delivered
};

void Journal::Core::subscribe(uint64_t from, Subscriber subscriber) {
  TN_ASSERT(!subscriber_);
  subscriber_ = std::move(subscriber);
  const Recovered recovered = std::exchange(recovered_, {});
  const uint64_t first = durable_index_ + 1 - recovered.entries.size();
  TN_ASSERT(from >= first && from <= durable_index_ + 1);
  const std::span<const Entry> entries(recovered.entries);
  if (from <= durable_index_) subscriber_(entries.subspan(from - first));
}

void Journal::Core::close() {
  subscriber_ = nullptr;
  give_up(Error{Errc::kShutdown, options_.directory, "the journal was closed"});
}

Task<Result<Leadership>> Journal::Core::campaign(BrokerId candidate) {
  const int32_t epoch = ++newest_epoch_;
  const auto index = co_await append(epoch, EntryKind::kLeadership, encode_leadership(candidate));
  if (!index) co_return std::unexpected(index.error());
  co_return Leadership{.epoch = epoch, .leader = candidate, .index = *index};
}

Future<Result<uint64_t>> Journal::Core::append(int32_t epoch, EntryKind kind, Bytes payload) {
  Promise<Result<uint64_t>> promise;
  auto future = promise.future();
  if (failed_) {
    promise.fulfil(std::unexpected(*failed_));
    return future;
  }
  if (epoch != newest_epoch_) {
    promise.fulfil(fail(Errc::kFenced, options_.directory,
                        fmt::format("the leader of epoch {} has taken over from that of epoch {}",
                                    newest_epoch_, epoch)));
    return future;
  }
  Entry entry{.index = ++last_index_, .epoch = epoch, .kind = kind, .payload = std::move(payload)};
  queue_.push_back({std::move(entry), std::move(promise)});
  pump();
  return future;
}

Future<Result<>> Journal::Core::save_snapshot(uint64_t index,
                                              std::move_only_function<Bytes()> body) {
  TN_ASSERT(!snapshot_job_ && index == durable_index_);
  Promise<Result<>> promise;
  auto future = promise.future();
  if (failed_) {
    promise.fulfil(std::unexpected(*failed_));
    return future;
  }
  Snapshot header{.index = index, .leader = durable_leader_, .body = {}};
  header.leader.index = 0;
  snapshot_job_.emplace(std::move(header), std::move(body), std::move(promise));
  pump();
  return future;
}

Future<Result<>> Journal::Core::barrier() {
  Promise<Result<>> promise;
  auto future = promise.future();
  if (failed_) {
    promise.fulfil(std::unexpected(*failed_));
  } else if (durable_index_ == last_index_) {
    promise.fulfil(Result<>());
  } else {
    barriers_.push_back({last_index_, std::move(promise)});
  }
  return future;
}

Future<void> Journal::Core::drain() {
  Promise<void> promise;
  auto future = promise.future();
  if (idle()) {
    promise.fulfil();
  } else {
    drains_.push_back(std::move(promise));
  }
  return future;
}

// Sends the next job to the pool, if none is there. A snapshot goes first: it was asked for because
// the journal grew, and under steady load the queue is never empty.
void Journal::Core::pump() {
  if (busy_ || failed_) return;
  if (snapshot_job_) {
    start_snapshot();
  } else if (!queue_.empty()) {
    start_write();
  }
}

void Journal::Core::start_write() {
  busy_ = true;
  std::vector<Entry> entries;
  for (uint64_t bytes = 0; !queue_.empty(); queue_.pop_front()) {
    bytes += queue_.front().entry.payload.size();
    if (!entries.empty() && bytes > options_.frame_bytes_max) break;
    entries.push_back(std::move(queue_.front().entry));
    writing_.push_back(std::move(queue_.front().done));
  }
  options_.pool->submit([self = shared_from_this(), entries = std::move(entries)]() mutable {
    Result<> written = self->store_->write(entries);
    Scheduler& home = *self->options_.scheduler;
    home.post([self = std::move(self), entries = std::move(entries),
               written = std::move(written)]() mutable {
      self->on_written(std::move(entries), std::move(written));
    });
  });
}

void Journal::Core::start_snapshot() {
  busy_ = true;
  // No frame is under way or written before this job ends, so the next one starts the new segment.
  options_.pool->submit([self = shared_from_this(), snapshot = std::move(snapshot_job_->header),
                         body = std::move(snapshot_job_->body),
                         next = durable_index_ + 1]() mutable {
    snapshot.body = body();
    Result<> saved = self->store_->save_snapshot(snapshot);
    if (saved) saved = self->store_->roll(next);
    Scheduler& home = *self->options_.scheduler;
    home.post([self = std::move(self), saved = std::move(saved)]() mutable {
      self->on_snapshot(std::move(saved));
    });
  });
}

void Journal::Core::on_written(std::vector<Entry> entries, Result<> written) {
  if (failed_) return job_done();
  if (!written) {
    refuse(std::move(written.error()));
    return job_done();
  }
  if (std::exchange(refused_at_, std::nullopt))
    log_info("the metadata journal in {} takes changes again", options_.directory);
  durable_index_ = entries.back().index;
  deliver(entries);
  // A waiter may append more, or close the journal; busy_ gathers what it appends into one frame.
  auto done = std::exchange(writing_, {});
  for (size_t i = 0; i < done.size(); ++i) done[i].fulfil(entries[i].index);
  release_barriers();
  job_done();
}

void Journal::Core::deliver(std::span<const Entry> entries) {
  for (const Entry& entry : entries) {
    bytes_since_snapshot_ += entry.payload.size();
    if (entry.kind != EntryKind::kLeadership) continue;
    const auto leader = decode_leadership(entry);
    TN_ASSERT(leader.has_value());
    durable_leader_ = *leader;
  }
  if (subscriber_) subscriber_(entries);
}

// Of a snapshot that is durable the new segment may still be missing; the next write makes it.
void Journal::Core::on_snapshot(Result<> saved) {
  if (failed_) return job_done();
  // Also after a failure: the next try comes when the journal has grown again.
  bytes_since_snapshot_ = 0;
  SnapshotJob job = std::move(*snapshot_job_);
  snapshot_job_.reset();
  if (store_->lost()) give_up(saved.error());
  job.done.fulfil(std::move(saved));
  job_done();
}

void Journal::Core::job_done() {
  busy_ = false;
  pump();
  if (!idle()) return;
  auto drains = std::exchange(drains_, {});
  for (auto& done : drains) done.fulfil();
}

// The frame under way is not on disk. What was queued behind it rests on it.
void Journal::Core::refuse(Error why) {
  if (store_->lost()) return give_up(std::move(why));
  warn_of_refusal(why);
  why.code = Errc::kKafkaStorageError;
  why.detail = why.text() + "; nothing was changed";
  why.where = options_.directory;
  // Before anyone hears of it, who may append in turn.
  last_index_ = durable_index_;
  fail_waiting(why);
}

// A full disk refuses every change; a few lines tell as much as thousands.
void Journal::Core::warn_of_refusal(const Error& why) {
  const MonoTime now = options_.scheduler->clock().now();
  if (refused_at_ && now - *refused_at_ < kRefusalWarningInterval) return;
  refused_at_ = now;
  log_error("the metadata journal cannot be written; changes are refused until it can: {}",
            why.text());
}

void Journal::Core::give_up(Error why) {
  if (failed_) return;
  if (why.code != Errc::kShutdown) {
    log_error("the metadata journal cannot go on, and takes no more changes: {}", why.text());
    why.code = Errc::kKafkaStorageError;
  }
  failed_ = why;
  auto snapshot = std::exchange(snapshot_job_, std::nullopt);
  fail_waiting(why);
  if (snapshot) snapshot->done.fulfil(std::unexpected(why));
}

// Answers what waits now; who is answered may append again.
void Journal::Core::fail_waiting(const Error& why) {
  auto writing = std::exchange(writing_, {});
  auto queued = std::exchange(queue_, {});
  auto barriers = std::exchange(barriers_, {});
  for (auto& done : writing) done.fulfil(std::unexpected(why));
  for (auto& waiting : queued) waiting.done.fulfil(std::unexpected(why));
  for (auto& waiter : barriers) waiter.done.fulfil(std::unexpected(why));
}

void Journal::Core::release_barriers() {
  while (!barriers_.empty() && barriers_.front().index <= durable_index_) {
    Waiter waiter = std::move(barriers_.front());
    barriers_.pop_front();
    waiter.done.fulfil(Result<>());
  }
}

Journal::Journal(std::shared_ptr<Core> core) : core_(std::move(core)) {}

Journal::~Journal() {
  core_->close();
}

Result<std::unique_ptr<Journal>> Journal::open(JournalOptions options) {
  TN_ASSERT(options.files && options.scheduler && options.pool);
  auto store = JournalStore::open(*options.files, options.directory, options.must_exist);
  if (!store) return forward(store);
  auto core = std::make_shared<Core>(std::move(options), std::move(*store));
  return std::unique_ptr<Journal>(new Journal(std::move(core)));
}

const std::optional<Snapshot>& Journal::snapshot() const {
  return core_->recovered_.snapshot;
}
uint64_t Journal::durable_index() const {
  return core_->durable_index_;
}
int32_t Journal::epoch() const {
  return core_->durable_leader_.epoch;
}
uint64_t Journal::bytes_since_snapshot() const {
  return core_->bytes_since_snapshot_;
}

void Journal::subscribe(uint64_t from, Subscriber subscriber) {
  core_->subscribe(from, std::move(subscriber));
}
void Journal::unsubscribe() {
  core_->subscriber_ = nullptr;
}

Future<Result<Leadership>> Journal::campaign(BrokerId candidate) {
  return start(core_->campaign(candidate));
}
Future<Result<uint64_t>> Journal::append(int32_t epoch, Bytes payload) {
  return core_->append(epoch, EntryKind::kData, std::move(payload));
}
Future<Result<>> Journal::save_snapshot(uint64_t index, std::move_only_function<Bytes()> body) {
  return core_->save_snapshot(index, std::move(body));
}
Future<Result<>> Journal::barrier() {
  return core_->barrier();
}
Future<void> Journal::drain() {
  return core_->drain();
}

}  // namespace tenon::controller
