// SPDX-License-Identifier: Apache-2.0

#include "net/accept/admission.h"

#include "base/assert.h"

namespace tenon::net {

Admission::Ticket& Admission::Ticket::operator=(Ticket&& other) noexcept {
  if (this != &other) {
    leave();
    door_ = std::move(other.door_);
    host_ = std::move(other.host_);
  }
  return *this;
}

void Admission::Ticket::leave() {
  const auto door = std::move(door_);
  if (!door) return;
  const std::lock_guard lock(door->mutex_);
  const auto found = door->by_host_.find(host_);
  TN_ASSERT(found != door->by_host_.end());
  if (--found->second == 0) door->by_host_.erase(found);
  if (--door->open_ == 0) door->emptied_.notify_all();
}

Result<Admission::Ticket> Admission::admit(const std::string& host) {
  const std::lock_guard lock(mutex_);
  if (open_ >= total_max_) {
    return fail(Errc::kTooLarge, host,
                "all of the " + std::to_string(total_max_) + " connections allowed are open");
  }
  const auto found = by_host_.find(host);
  if ((found == by_host_.end() ? 0 : found->second) >= per_host_max_) {
    return fail(Errc::kTooLarge, host,
                "all of the " + std::to_string(per_host_max_) +
                    " connections allowed from one address are open");
  }
  ++by_host_[host];
  ++open_;
  return Ticket(shared_from_this(), host);
}

size_t Admission::open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

bool Admission::wait_empty(Duration deadline) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, deadline, [this] { return open_ == 0; });
}

}  // namespace tenon::net
