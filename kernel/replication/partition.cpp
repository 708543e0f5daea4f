// SPDX-License-Identifier: Apache-2.0

#include "replication/partition.h"

#include <algorithm>

#include "base/log.h"
#include "base/trace.h"

namespace tenon::replication {
namespace {

// Far beyond the life of a broker, and still a time that a timer can be set to.
constexpr int64_t kFlushMsMax = int64_t{365} * 24 * 3600 * 1000;

}  // namespace

Partition::Partition(TopicPartition name, Uuid topic_id, metadata::PartitionInfo state,
                     std::unique_ptr<log::Log> log, Scheduler& scheduler)
    : name_(std::move(name)),
      topic_id_(topic_id),
      state_(std::move(state)),
      log_(std::move(log)),
      scheduler_(scheduler),
      guard_(name_, scheduler.clock()),
      high_watermark_(log_->end_offset()),
      flush_asked_(log_->end_offset()),
      alive_(std::make_shared<Partition*>(this)) {}

Partition::~Partition() {
  scheduler_.cancel(deadline_timer_);
  cancel_flush_timer();
  fail_waiters({Errc::kNotLeaderOrFollower, name_.text(), "the partition has moved away"});
}

Result<> Partition::check_leader_epoch(LeaderEpoch believed) const {
  if (believed == kNoLeaderEpoch || believed == state_.leader_epoch) return {};
  if (believed < state_.leader_epoch) {
    return fail(Errc::kFencedLeaderEpoch, name_.text(),
                "the leader epoch is older than the leader's");
  }
  return fail(Errc::kUnknownLeaderEpoch, name_.text(),
              "the leader epoch is newer than the leader's");
}

Future<Result<log::AppendInfo>> Partition::append(MutableBytes batches,
                                                  const ProduceOptions& options) {
  trace(TraceWay::kIn, "replication/partition");
  Promise<Result<log::AppendInfo>> done;
  auto future = done.future();
  const auto in_sync = static_cast<int32_t>(state_.isr.size());
  if (options.acks == kAcksAll && in_sync < log_->config().min_insync_replicas) {
    done.fulfil(fail(Errc::kNotEnoughReplicas, name_.text(),
                     "fewer replicas are in sync than min.insync.replicas asks for"));
    return future;
  }
  PartitionGuard::Check check(guard_, options.findings);
  const bool guarded = options.from_client && guard_.on();
  auto appended = log_->append(batches, {.leader_epoch = state_.leader_epoch,
                                         .from_client = options.from_client,
                                         .allow_zstd = options.allow_zstd,
                                         .check = guarded ? &check : nullptr});
  if (!appended || options.acks != kAcksAll) {
    const bool wrote = appended.has_value();
    done.fulfil(std::move(appended));
    if (wrote) make_durable();
    return future;
  }
  const Offset until = appended->last_offset.next();
  make_durable();
  if (until <= high_watermark_) {
    trace(TraceWay::kOut, "replication/partition");
    done.fulfil(std::move(appended));
    return future;
  }
  // A duplicate may be older than what the producers before it wait for.
  const auto at = std::ranges::upper_bound(producers_, until, {}, &Waiter::until);
  producers_.insert(at, {until, options.deadline, *appended, std::move(done)});
  arm_deadline(options.deadline);
  return future;
}

void Partition::make_durable() {
  if (log_->config().tenon_fsync != config::Fsync::kBeforeAck) {
    move_high_watermark(log_->end_offset());
    flush_if_due();
    return;
  }
  if (high_watermark_ == log_->end_offset()) return;
  log_->flush([weak = std::weak_ptr(alive_)](Result<Offset> durable) {
    if (auto alive = weak.lock()) (*alive)->on_durable(std::move(durable));
  });
}

void Partition::flush_if_due() {
  const config::TopicConfig& config = log_->config();
  const int64_t unflushed = log_->end_offset().value - flush_asked_.value;
  if (unflushed <= 0) return;
  if (unflushed >= config.flush_messages) {
    flush_in_background();
    return;
  }
  if (flush_timer_ != 0 || config.flush_ms == config::kForever) return;
  const auto patience = std::chrono::milliseconds(std::min(config.flush_ms, kFlushMsMax));
  flush_timer_ = scheduler_.call_after(patience, [this] { flush_in_background(); });
}

// Nobody waits for it; a failure still ends the log.
void Partition::flush_in_background() {
  cancel_flush_timer();
  flush_asked_ = log_->end_offset();
  log_->flush([weak = std::weak_ptr(alive_)](Result<Offset> durable) {
    auto alive = weak.lock();
    if (alive && !durable) (*alive)->on_durable(std::move(durable));
  });
}

void Partition::cancel_flush_timer() {
  scheduler_.cancel(std::exchange(flush_timer_, 0));
}

void Partition::on_durable(Result<Offset> durable) {
  if (durable) {
    move_high_watermark(*durable);
    return;
  }
  log_error("{}: the log cannot be made durable and takes no more records: {}", name_.text(),
            durable.error().text());
  fail_waiters({Errc::kKafkaStorageError, name_.text(), durable.error().text()});
}

void Partition::move_high_watermark(Offset to) {
  if (to <= high_watermark_) return;
  high_watermark_ = to;
  answer_waiters();
  wake_fetches();
}

void Partition::answer_waiters() {
  while (!producers_.empty() && producers_.front().until <= high_watermark_) {
    Waiter waiter = std::move(producers_.front());
    producers_.pop_front();
    trace(TraceWay::kOut, "replication/partition");
    waiter.done.fulfil(waiter.info);
  }
}

void Partition::fail_waiters(const Error& error) {
  for (Waiter& waiter : std::exchange(producers_, {})) {
    waiter.done.fulfil(std::unexpected(error));
  }
}

void Partition::arm_deadline(MonoTime deadline) {
  if (deadline_timer_ != 0) {
    if (deadline_at_ <= deadline) return;
    scheduler_.cancel(deadline_timer_);
  }
  deadline_at_ = deadline;
  deadline_timer_ = scheduler_.call_at(deadline, [this] {
    deadline_timer_ = 0;
    expire_waiters();
  });
}

void Partition::expire_waiters() {
  const MonoTime now = scheduler_.clock().now();
  std::deque<Waiter> kept;
  for (Waiter& waiter : std::exchange(producers_, {})) {
    if (waiter.deadline > now) {
      kept.push_back(std::move(waiter));
    } else {
      waiter.done.fulfil(fail(Errc::kTimeout, name_.text(),
                              "the records are in the log but not yet durable on every replica"));
    }
  }
  // Answering may have appended: what came meanwhile is younger.
  for (Waiter& waiter : producers_) kept.push_back(std::move(waiter));
  producers_ = std::move(kept);
  const auto earliest = std::ranges::min_element(producers_, {}, &Waiter::deadline);
  if (earliest != producers_.end()) arm_deadline(earliest->deadline);
}

Result<Fetched> Partition::fetch(const FetchRange& range) {
  trace(TraceWay::kIn, "replication/partition");
  if (auto fenced = check_leader_epoch(range.current_leader_epoch); !fenced) return forward(fenced);
  if (range.offset < log_->start_offset() || range.offset > log_->end_offset()) {
    return fail(Errc::kOffsetOutOfRange, name_.text(),
                "the offset is outside the log, which holds [" +
                    std::to_string(log_->start_offset().value) + ", " +
                    std::to_string(log_->end_offset().value) + ")");
  }
  Fetched fetched{.records = {},
                  .high_watermark = high_watermark_,
                  .last_stable_offset = high_watermark_,
                  .log_start_offset = log_->start_offset()};
  if (range.offset >= high_watermark_) return fetched;
  auto read = log_->read(range.offset, high_watermark_, range.max_bytes, range.whole_first);
  if (!read) return forward(read);
  fetched.records = std::move(*read);
  return fetched;
}

void Partition::wait_for_high_watermark(std::shared_ptr<HighWatermarkWait> wait) {
  // Waits that others have ended are swept here, so that an idle partition keeps none of them for
  // long.
  std::erase_if(fetches_, [](const auto& other) { return other->done(); });
  fetches_.push_back(std::move(wait));
}

void Partition::wake_fetches() {
  for (auto& wait : std::exchange(fetches_, {})) wait->wake();
}

void Partition::set_config(config::TopicConfig config) {
  log_->set_config(std::move(config));
  cancel_flush_timer();
  make_durable();
}

void Partition::flush_if_interval() {
  if (log_->config().tenon_fsync == config::Fsync::kInterval) flush_in_background();
}

void Partition::apply_retention() {
  if (auto done = log_->apply_retention(high_watermark_); !done) {
    log_warn("{}: retention could not be applied: {}", name_.text(), done.error().text());
  }
}

Offsets Partition::offsets() const {
  return {log_->start_offset(), high_watermark_, log_->end_offset()};
}

std::unique_ptr<log::Log> Partition::release() {
  alive_.reset();
  cancel_flush_timer();
  fail_waiters({Errc::kNotLeaderOrFollower, name_.text(), "the partition has moved away"});
  wake_fetches();
  log_->retire();
  return std::move(log_);
}

}  // namespace tenon::replication
