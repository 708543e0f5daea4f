// SPDX-License-Identifier: Apache-2.0
//
// Tells the requests of a connection that nothing more comes from the peer: it ended its stream, or
// it is gone. Over TCP the two look alike until something is sent, so a request that waits is to
// answer at once rather than to be dropped: who only ended its stream still reads the reply.
//
// Threads: the connection's shard. Lives as long as its ConnectionInfo.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace tenon::net {

class PeerGone {
 public:
  using Callback = std::move_only_function<void()>;
  using Ticket = uint64_t;

  // Calls `callback` once when it happens; at once, if it has happened.
  Ticket subscribe(Callback callback) {
    if (happened_) {
      callback();
      return 0;
    }
    callbacks_.emplace(++last_, std::move(callback));
    return last_;
  }
  // Of no effect for a callback that has been called.
  void unsubscribe(Ticket ticket) { callbacks_.erase(ticket); }
  bool happened() const { return happened_; }
  // Idempotent.
  void happen() {
    if (std::exchange(happened_, true)) return;
    for (auto& [ticket, callback] : std::exchange(callbacks_, {})) callback();
  }

 private:
  bool happened_ = false;
  Ticket last_ = 0;
  std::map<Ticket, Callback> callbacks_;
};

}  // namespace tenon::net
