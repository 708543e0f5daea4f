// SPDX-License-Identifier: Apache-2.0
//
// How many connections are open, in all and from each address, and the door that keeps both under
// their limits. Locked, but only when a connection opens or closes. Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "base/error.h"

namespace tenon::net {

class Admission : public std::enable_shared_from_this<Admission> {
 public:
  // The right to be open; counts until it is destroyed.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&&) noexcept = default;
    Ticket& operator=(Ticket&& other) noexcept;
    ~Ticket() { leave(); }

   private:
    friend class Admission;
    Ticket(std::shared_ptr<Admission> door, std::string host)
        : door_(std::move(door)), host_(std::move(host)) {}
    void leave();
    std::shared_ptr<Admission> door_;
    std::string host_;
  };

  // Made by std::make_shared: tickets keep it alive.
  Admission(uint32_t total_max, uint32_t per_host_max)
      : total_max_(total_max), per_host_max_(per_host_max) {}

  // kTooLarge with the limit in words when one is reached.
  Result<Ticket> admit(const std::string& host);
  size_t open() const;
  // Blocks until no ticket is out. False when `deadline` passed first.
  bool wait_empty(Duration deadline);

 private:
  const uint32_t total_max_;
  const uint32_t per_host_max_;
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  size_t open_ = 0;                                    // guarded by mutex_
  std::unordered_map<std::string, uint32_t> by_host_;  // guarded by mutex_; no zeros
};

}  // namespace tenon::net
