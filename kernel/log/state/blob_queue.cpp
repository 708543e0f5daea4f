// SPDX-License-Identifier: Apache-2.0

#include "log/state/blob_queue.h"

#include <utility>

namespace tenon::log {

void BlobQueue::put(std::string_view name, Bytes blob, Done done) {
  {
    const std::lock_guard lock(waiting_mutex_);
    waiting_.push_back({std::string(name), std::move(blob), std::move(done)});
    if (is_called_) return;
    is_called_ = true;
  }
  pool_.submit([self = shared_from_this()] { self->run_waiting(); });
}

Result<> BlobQueue::put_now(std::string_view name, ByteView blob) {
  const std::lock_guard serial(put_mutex_);
  while (run_next()) {
  }
  return storage_->put_blob(std::string(name), blob);
}

void BlobQueue::drain() {
  const std::lock_guard serial(put_mutex_);
  while (run_next()) {
  }
}

void BlobQueue::stop() {
  const std::lock_guard serial(put_mutex_);
  stopped_ = true;
}

void BlobQueue::run_waiting() {
  for (bool more = true; more;) {
    {
      const std::lock_guard serial(put_mutex_);
      run_next();
    }
    const std::lock_guard lock(waiting_mutex_);
    more = is_called_ = !waiting_.empty();
  }
}

bool BlobQueue::run_next() {
  Put next;
  {
    const std::lock_guard lock(waiting_mutex_);
    if (waiting_.empty()) return false;
    next = std::move(waiting_.front());
    waiting_.pop_front();
  }
  Result<> outcome;
  if (stopped_) {
    outcome = fail(Errc::kShutdown, storage_->name(), "the log is closed");
  } else {
    outcome = storage_->put_blob(next.name, next.blob);
  }
  scheduler_.post([done = std::move(next.done), outcome = std::move(outcome)]() mutable {
    done(std::move(outcome));
  });
  return true;
}

}  // namespace tenon::log
