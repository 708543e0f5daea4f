// SPDX-License-Identifier: Apache-2.0
//
// A broker: builds the rooms in the order of their layers, and stops them in reverse.
//
//   data directories (lock, identity) -> shards and pool -> plugins -> HTTP port -> Kafka port
//   (taken, not listened on) -> journal, controller -> logs of every partition -> groups -> listens
//
// Failure modes: whatever cannot be had (a port, a directory, a plugin) is an Error that says what
// and where; what was built until then is taken down again.
//
// Threads: start and stop on the main thread, which runs nothing else of the broker.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "config/settings.h"
#include "net/socket.h"

namespace tenon::broker {

class Broker {
 public:
  static Result<std::unique_ptr<Broker>> start(config::Settings settings);
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  // Where it listens; `http` has port 0 when there is no HTTP port.
  net::Endpoint kafka() const;
  net::Endpoint http() const;
  // "3 topics, 12 partitions".
  std::string holdings() const;
  // Finishes the requests in flight, flushes and closes every log, marks the stop as clean.
  Result<> stop();

 private:
  struct Rooms;
  explicit Broker(std::unique_ptr<Rooms> rooms);
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace tenon::broker
