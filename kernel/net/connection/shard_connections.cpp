// SPDX-License-Identifier: Apache-2.0

#include "net/connection/shard_connections.h"

#include <algorithm>
#include <limits>

namespace tenon::net {
namespace {

using std::chrono::milliseconds;

// Often enough for the shortest timeout, at most as late as a quarter of it, and soon enough when
// others wait for memory.
Duration watch_period(const Limits& limits) {
  const Duration shortest =
      std::min({limits.idle_timeout, limits.stall_timeout, limits.frame_pace_grace});
  return std::clamp<Duration>(shortest / 4, milliseconds(10), milliseconds(500));
}

// Slices below sendfile_min are staged; a limit above this is not sensible.
constexpr uint64_t kStagingMax = 1u << 20;

}  // namespace

NetMetrics::NetMetrics(MetricRegistry& registry, const std::string& listener)
    : accepted(registry.counter("tenon_net_connections_accepted_total", "Connections accepted.",
                                {{"listener", listener}})),
      refused(registry.counter("tenon_net_connections_refused_total",
                               "Connections closed at once because a limit was reached.",
                               {{"listener", listener}})),
      open(registry.gauge("tenon_net_connections", "Open connections.", {{"listener", listener}})),
      received_bytes(registry.counter("tenon_net_received_bytes_total",
                                      "Bytes received from clients.", {{"listener", listener}})),
      sent_bytes(registry.counter("tenon_net_sent_bytes_total", "Bytes sent to clients.",
                                  {{"listener", listener}})),
      memory_waits(
          registry.counter("tenon_net_memory_waits_total",
                           "Times a connection stopped reading until request memory was free.",
                           {{"listener", listener}})),
      closed_idle(registry.counter("tenon_net_connections_closed_total",
                                   "Connections closed by the broker.",
                                   {{"listener", listener}, {"reason", "idle"}})),
      closed_stalled(registry.counter("tenon_net_connections_closed_total", "",
                                      {{"listener", listener}, {"reason", "stalled"}})),
      closed_bad_frame(registry.counter("tenon_net_connections_closed_total", "",
                                        {{"listener", listener}, {"reason", "bad_frame"}})),
      closed_by_handler(registry.counter("tenon_net_connections_closed_total", "",
                                         {{"listener", listener}, {"reason", "bad_request"}})) {}

ShardConnections::ShardConnections(Shard& shard, const Shared& shared)
    : watch_period_(watch_period(shared.limits)) {
  const uint64_t frame_max =
      std::min<uint64_t>(shared.limits.frame_bytes_max, shared.budget->limit());
  context_.reset(new ConnectionContext{
      .shard = shard,
      .name = shared.name,
      .handler = shared.handler,
      .limits = shared.limits,
      .frame_bytes_max =
          static_cast<uint32_t>(std::min<uint64_t>(frame_max, std::numeric_limits<int32_t>::max())),
      .budget = shared.budget,
      .metrics = shared.metrics,
      .on_closed = {},
      .pool = {},
      .staging = Bytes(std::min(shared.limits.sendfile_min * 2, kStagingMax)),
      .log = LogLimiter()});
}

void ShardConnections::start() {
  context_->on_closed = [this](Connection& connection) { forget(connection); };
  watch();
}

void ShardConnections::open(int fd, ConnectionInfo info, Admission::Ticket ticket) {
  auto connection = std::make_shared<Connection>(context_, fd, std::move(info), std::move(ticket));
  connections_.emplace(connection.get(), connection);
  if (draining_) {
    connection->close();
  } else {
    connection->start();
  }
}

void ShardConnections::forget(Connection& connection) {
  connections_.erase(&connection);
}

// `act` may close the connection it is given, which takes it out of the table.
template <class F>
void ShardConnections::for_each(F act) {
  for (auto at = connections_.begin(); at != connections_.end();) {
    const std::shared_ptr<Connection> connection = (at++)->second;
    act(*connection);
  }
}

void ShardConnections::drain_all() {
  draining_ = true;
  for_each([](Connection& connection) { connection.drain(); });
}

void ShardConnections::close_all() {
  draining_ = true;
  for_each([](Connection& connection) { connection.close(); });
  context_->shard.cancel(std::exchange(watch_, 0));
}

void ShardConnections::watch() {
  watch_ = context_->shard.call_after(watch_period_, [self = shared_from_this()] {
    self->check_timeouts();
    self->watch();
  });
}

void ShardConnections::check_timeouts() {
  const MonoTime now = context_->shard.clock().now();
  for_each([now](Connection& connection) { connection.check_timeouts(now); });
  context_->pool.trim();
}

}  // namespace tenon::net
