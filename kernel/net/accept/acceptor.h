// SPDX-License-Identifier: Apache-2.0
//
// Accepts connections from a listening socket on one shard. Made with make_shared; waits of the
// event loop keep it alive until close().
//
// When the process is out of file descriptors, a reserve descriptor is given up so that the
// newcomer can be accepted and closed, which tells it at once, and accepting rests for 100 ms;
// what is being served goes on.
//
// Threads: the shard's, for everything but the constructor.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/log_limiter.h"
#include "net/shard.h"
#include "net/socket.h"

namespace tenon::net {

class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  // Gets each new socket, non-blocking and closed on exec, and owns it from then on.
  using Accepted = std::function<void(int fd, Endpoint peer)>;

  // Takes over `listening.fd`. The shard outlives the acceptor.
  Acceptor(Shard& shard, std::string name, ListeningSocket listening, Accepted accepted);
  ~Acceptor();

  void start() { wait(); }
  // No call of `accepted` afterwards. Idempotent.
  void close();

 private:
  void wait();
  void accept_turn();
  void refuse_one();
  void rest(int error);

  Shard& shard_;
  const std::string name_;
  boost::asio::posix::stream_descriptor socket_;
  Accepted accepted_;
  int reserve_fd_;
  LogLimiter log_{1};
};

}  // namespace tenon::net
