// SPDX-License-Identifier: Apache-2.0
//
// A port on which Kafka clients are served: it accepts, deals the connections to the shards in
// turn, and has each connection read frames, hand them to the FrameHandler and send the replies in
// the order of the requests. It knows frames and nothing of the APIs inside them.
//
//   frame := length:int32 (big-endian) body[length]        both ways; handlers see and make bodies
//
// Happy path: accepted on shard 0 -> a connection on its own shard -> recv into the frame's own
//   memory -> handler (a coroutine) -> reply written with one writev, or sendfile for large slices
//   of files. The next frames are started while earlier replies are outstanding.
// Failure modes
//   - Out of file descriptors: the newcomer is refused by means of a reserve descriptor, and
//     accepting rests for 100 ms. Too many connections, in all or from one address: refused.
//   - A length that is negative, zero or above the limit, or a handler that returns an error: the
//     replies of earlier requests are sent, then the connection is closed with one log line.
//   - A peer that does not read, or stops amid a frame: closed after stall_timeout. Others of the
//     shard do not notice.
//   - Too little memory left: reading stops (TCP then slows the peer) until replies free some.
//
// Threads: bind, open, start and stop belong to one thread that is not a shard. Handlers run on the
// connection's shard.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "base/metrics.h"
#include "base/payload.h"
#include "base/task.h"
#include "net/connection_info.h"
#include "net/memory_budget.h"
#include "net/shard.h"
#include "net/socket.h"

namespace tenon::net {

// Called on the connection's shard in the order of arrival; the next frame may be started before
// this reply is there. `frame` is the body, writable, and lives until the task ends. The reply is
// a body too: the connection puts the length before it. nullopt = no reply (acks=0); an error
// closes the connection once the earlier replies are sent.
using FrameHandler = std::function<Task<Result<std::optional<OutputChain>>>(
    Shard& shard, ConnectionInfo& connection, MutableBytes frame)>;

struct Limits {
  uint32_t frame_bytes_max = 100u << 20;
  // Request memory of one connection. A single larger frame is served when it is alone.
  uint64_t connection_bytes_max = 64u << 20;
  // Requests of one connection that are unanswered or whose reply is unsent; then reading stops.
  uint32_t requests_in_flight_max = 100;
  // Memory of replies (slices of files do not count) that wait to be sent; then reading stops.
  uint64_t reply_bytes_max = 8u << 20;
  uint32_t connections_max = 50'000;
  uint32_t connections_per_ip_max = 20'000;
  Duration idle_timeout = std::chrono::minutes(10);
  // Without progress amid a frame, or with a reply that the peer does not take.
  Duration stall_timeout = std::chrono::seconds(30);
  // So long may a frame for which memory was taken come slowly while others wait for memory.
  Duration frame_pace_grace = std::chrono::seconds(1);
  // File slices of at least this many bytes go by sendfile, smaller ones by pread and writev.
  uint64_t sendfile_min = 64u << 10;
};

struct ListenerOptions {
  std::string name = "kafka";  // in log lines and as the label `listener`
  Endpoint endpoint;
  FrameHandler handler;
  Limits limits;
  std::shared_ptr<MemoryBudget> budget;  // may be shared by several listeners
  MetricRegistry* metrics = nullptr;     // outlives the listener; may be null
};

class Listener {
 public:
  // Takes the port; clients are refused by the system until open(). Errors as bind_to. The shards
  // outlive the listener.
  static Result<std::unique_ptr<Listener>> bind(ShardSet& shards, ListenerOptions options);
  // Begins to accept. Once. Errors as begin_listening.
  Result<> open();
  // Both.
  static Result<std::unique_ptr<Listener>> start(ShardSet& shards, ListenerOptions options);
  // stop() with no time left.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Where it listens, with the real port when 0 was asked for.
  const Endpoint& bound() const;
  // Open connections. Any thread.
  size_t connections() const;
  // Stops accepting and reading, lets the requests in flight be answered for at most `deadline`,
  // then closes every connection. Blocks; needs the shards to run. Idempotent.
  void stop(Duration deadline);

 private:
  struct State;
  explicit Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace tenon::net
