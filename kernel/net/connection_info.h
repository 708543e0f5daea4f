// SPDX-License-Identifier: Apache-2.0
//
// Who is at the other end of a connection. It lives on the connection's shard as long as the
// connection does, which outlives every request read from it.
#pragma once

#include <cstdint>
#include <string>

#include "net/peer_gone.h"

namespace tenon::net {

struct ConnectionInfo {
  uint64_t id = 0;  // unique in the process
  std::string peer_host;
  uint16_t peer_port = 0;
  // As the client says in ApiVersions (KIP-511); set by that handler.
  std::string client_software_name;
  std::string client_software_version;
  // For requests that wait.
  PeerGone peer_gone{};
};

}  // namespace tenon::net
