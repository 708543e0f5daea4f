// SPDX-License-Identifier: Apache-2.0

#include "net/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <vector>

#include "base/assert.h"
#include "net/accept/acceptor.h"
#include "net/accept/admission.h"
#include "net/connection/shard_connections.h"

namespace tenon::net {
namespace {

std::atomic<uint64_t> last_connection_id{0};

// Long enough for what is posted already; connections that are closed do not wait for peers.
constexpr auto kCloseTime = std::chrono::seconds(10);

void set_options(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

}  // namespace

struct Listener::State {
  State(ShardSet& on, std::string called) : shards(on), name(std::move(called)) {}

  ShardSet& shards;
  std::string name;
  ListeningSocket socket;                        // the acceptor's, once there is one
  std::unique_ptr<MetricRegistry> own_registry;  // when none was given
  std::shared_ptr<NetMetrics> metrics;
  std::shared_ptr<Admission> admission;
  std::vector<std::shared_ptr<ShardConnections>> by_shard;
  std::shared_ptr<Acceptor> acceptor;  // none before open()
  LogLimiter log;                      // shard 0
  size_t next_shard = 0;               // shard 0
  bool stopped = false;

  void accepted(int fd, const Endpoint& peer);
};

// On shard 0.
void Listener::State::accepted(int fd, const Endpoint& peer) {
  auto ticket = admission->admit(peer.host);
  if (!ticket) {
    metrics->refused.add();
    log.warn(shards.at(0).clock().now(),
             fmt::format("{}: a connection was refused: {}", name, ticket.error().text()));
    close(fd);
    return;
  }
  metrics->accepted.add();
  set_options(fd);
  ConnectionInfo info;
  info.id = ++last_connection_id;
  info.peer_host = peer.host;
  info.peer_port = peer.port;
  const size_t target = next_shard++ % shards.size();
  shards.at(target).post(
      [home = by_shard[target], fd, info = std::move(info), ticket = std::move(*ticket)]() mutable {
        home->open(fd, std::move(info), std::move(ticket));
      });
}

Result<std::unique_ptr<Listener>> Listener::bind(ShardSet& shards, ListenerOptions options) {
  TN_ASSERT(options.handler && options.budget && shards.size() > 0);
  auto bound = bind_to(options.endpoint);
  if (!bound) return forward(bound);

  auto state = std::make_shared<State>(shards, options.name);
  state->socket = *bound;
  if (!options.metrics) state->own_registry = std::make_unique<MetricRegistry>();
  MetricRegistry& registry = options.metrics ? *options.metrics : *state->own_registry;
  state->metrics = std::make_shared<NetMetrics>(registry, options.name);
  state->admission = std::make_shared<Admission>(options.limits.connections_max,
                                                 options.limits.connections_per_ip_max);
  const ShardConnections::Shared shared{options.name, std::move(options.handler), options.limits,
                                        options.budget, state->metrics};
  for (size_t i = 0; i < shards.size(); ++i) {
    auto& home =
        state->by_shard.emplace_back(std::make_shared<ShardConnections>(shards.at(i), shared));
    shards.at(i).post([home] { home->start(); });
  }
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

Result<> Listener::open() {
  TN_ASSERT(!state_->acceptor && !state_->stopped);
  if (auto listening = begin_listening(state_->socket); !listening) return listening;
  Shard& shard = state_->shards.at(0);
  // The acceptor is closed in stop(), before the state goes.
  state_->acceptor = std::make_shared<Acceptor>(
      shard, state_->name, state_->socket,
      [raw = state_.get()](int fd, const Endpoint& peer) { raw->accepted(fd, peer); });
  shard.post([acceptor = state_->acceptor] { acceptor->start(); });
  return {};
}

Result<std::unique_ptr<Listener>> Listener::start(ShardSet& shards, ListenerOptions options) {
  auto listener = bind(shards, std::move(options));
  if (!listener) return listener;
  if (auto opened = (*listener)->open(); !opened) return forward(opened);
  return listener;
}

Listener::~Listener() {
  stop(Duration::zero());
}

const Endpoint& Listener::bound() const {
  return state_->socket.bound;
}

size_t Listener::connections() const {
  return state_->admission->open();
}

void Listener::stop(Duration deadline) {
  if (std::exchange(state_->stopped, true)) return;
  ShardSet& shards = state_->shards;
  if (state_->acceptor) {
    shards.at(0).run_and_wait([this] { state_->acceptor->close(); });
  } else {
    close(state_->socket.fd);
  }
  const auto on_every_shard = [&](void (ShardConnections::*act)()) {
    for (size_t i = 0; i < shards.size(); ++i) {
      shards.at(i).run_and_wait([&, home = state_->by_shard[i]] { (home.get()->*act)(); });
    }
  };
  if (deadline > Duration::zero()) {
    on_every_shard(&ShardConnections::drain_all);
    state_->admission->wait_empty(deadline);
  }
  on_every_shard(&ShardConnections::close_all);
  if (!state_->admission->wait_empty(kCloseTime)) {
    log_error("{}: connections are still open after the listener was stopped", state_->name);
  }
}

}  // namespace tenon::net
