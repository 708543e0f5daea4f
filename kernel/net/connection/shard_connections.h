// SPDX-License-Identifier: Apache-2.0
//
// The connections of one listener on one shard: opens and forgets them, looks after their timeouts,
// and ends them all. Made with make_shared; its timer keeps it alive until close_all().
//
// Threads: the shard's, but for the constructor.
#pragma once

#include <memory>
#include <unordered_map>

#include "net/connection/connection.h"
#include "net/connection/connection_context.h"

namespace tenon::net {

class ShardConnections : public std::enable_shared_from_this<ShardConnections> {
 public:
  // What the shards of one listener share.
  struct Shared {
    std::string name;
    FrameHandler handler;
    Limits limits;
    std::shared_ptr<MemoryBudget> budget;
    std::shared_ptr<NetMetrics> metrics;
  };
  ShardConnections(Shard& shard, const Shared& shared);

  // Begins to watch timeouts.
  void start();
  // Takes over `fd`. After drain_all the connection is closed at once.
  void open(int fd, ConnectionInfo info, Admission::Ticket ticket);
  void drain_all();
  void close_all();

 private:
  void forget(Connection& connection);
  void watch();
  void check_timeouts();
  template <class F>
  void for_each(F act);

  std::shared_ptr<ConnectionContext> context_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  TimerId watch_ = 0;
  Duration watch_period_;
  bool draining_ = false;
};

}  // namespace tenon::net
