// SPDX-License-Identifier: Apache-2.0
//
// Listening sockets and addresses, in plain POSIX: what the Kafka and the HTTP listener share.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace tenon::net {

struct Endpoint {
  std::string host;  // a name or an address; "0.0.0.0" and "::" mean every address
  uint16_t port = 0;

  // "host:port", and "[host]:port" for IPv6.
  std::string text() const;
};

struct ListeningSocket {
  int fd = -1;     // non-blocking, closed on exec; the caller's to close
  Endpoint bound;  // as asked, with the port that was given when 0 was asked for
};

// Binds, with SO_REUSEADDR, and does not listen yet: until then a client is refused by the system.
// Blocks while a name is resolved. Errors: kInUse when another process listens on the port,
// kBadConfig when the host cannot be resolved, kIo otherwise.
Result<ListeningSocket> bind_to(const Endpoint& endpoint);
// Begins to listen on a socket that is bound. kInUse when another process did so first.
Result<> begin_listening(const ListeningSocket& socket);
// Both.
Result<ListeningSocket> listen_on(const Endpoint& endpoint);

// The other end of a connected socket; "unknown" when the system no longer knows.
Endpoint peer_of(int fd);

}  // namespace tenon::net
