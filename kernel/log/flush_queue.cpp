// SPDX-License-Identifier: Apache-2.0

#include "log/flush_queue.h"

#include <algorithm>
#include <utility>

namespace tenon::log {

void FlushQueue::request(Offset end, Durable done) {
  const std::lock_guard lock(mutex_);
  const bool nothing_to_do = failed() || stopped_ || end <= durable_;
  if (nothing_to_do) {
    Result<Offset> outcome = durable_;
    if (failed()) outcome = std::unexpected(*failure_);
    if (stopped_) outcome = fail(Errc::kShutdown, storage_->name(), "the log is closed");
    scheduler_.post([done = std::move(done), outcome = std::move(outcome)]() mutable {
      done(std::move(outcome));
    });
    return;
  }
  next_end_ = end;
  next_waiters_.push_back(std::move(done));
  if (!in_flight_) begin_round();
}

Result<> FlushQueue::check_directory() {
  auto there = directory_.check();
  if (there) return there;
  const std::lock_guard lock(mutex_);
  return std::unexpected(fail_locked(there.error()));
}

// Once: what failed first is what is told ever after.
const Error& FlushQueue::fail_locked(const Error& why) {
  if (!failed()) {
    failure_ = Error{Errc::kKafkaStorageError, storage_->name(), why.text()};
    failed_.store(true, std::memory_order_release);
  }
  return *failure_;
}

void FlushQueue::truncate(Offset end) {
  const std::lock_guard lock(mutex_);
  durable_ = std::min(durable_, end);
  round_end_ = std::min(round_end_, end);
  next_end_ = std::min(next_end_, end);
}

void FlushQueue::hold() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void FlushQueue::stop(const Result<Offset>& outcome) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(stopped_, true)) return;
  scheduler_.post([now = std::exchange(round_waiters_, {}), next = std::exchange(next_waiters_, {}),
                   outcome]() mutable {
    answer(std::move(now), outcome);
    answer(std::move(next), outcome);
  });
}

void FlushQueue::begin_round() {
  if (held_) return;
  in_flight_ = true;
  round_end_ = next_end_;
  round_waiters_ = std::exchange(next_waiters_, {});
  storage_->flush([self = shared_from_this()](Result<> flushed) mutable {
    if (flushed) flushed = self->directory_.check();
    auto& scheduler = self->scheduler_;
    scheduler.post([self = std::move(self), flushed = std::move(flushed)]() mutable {
      self->finish_round(std::move(flushed));
    });
  });
}

void FlushQueue::finish_round(Result<> flushed) {
  std::unique_lock lock(mutex_);
  in_flight_ = false;
  if (stopped_) return;
  Waiters waiters = std::exchange(round_waiters_, {});
  Result<Offset> outcome;
  if (flushed && !failed()) {
    outcome = durable_ = std::max(durable_, round_end_);
    // The disk is kept busy while the callers are answered.
    if (!next_waiters_.empty()) begin_round();
  } else {
    outcome = std::unexpected(flushed ? *failure_ : fail_locked(flushed.error()));
    for (Durable& waiter : std::exchange(next_waiters_, {})) waiters.push_back(std::move(waiter));
  }
  lock.unlock();
  answer(std::move(waiters), outcome);
}

void FlushQueue::answer(Waiters waiters, const Result<Offset>& outcome) {
  for (Durable& waiter : waiters) waiter(outcome);
}

}  // namespace tenon::log
