// SPDX-License-Identifier: Apache-2.0
//
// One request to an HTTP port, for programs that have nothing else to do meanwhile. Blocks; any
// thread that is no shard.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "net/socket.h"

namespace tenon::http {

struct HttpReply {
  int status = 0;
  std::string body;
};

// Asks for `path` of `to`. Fails as post_json does.
Result<HttpReply> get(const net::Endpoint& to, const std::string& path,
                      Duration patience = std::chrono::seconds(30));

// Sends `body`, JSON, to `path` of `to` with POST. kTimeout when there is no answer within
// `patience`, kIo when nobody is there or what comes is none.
Result<HttpReply> post_json(const net::Endpoint& to, const std::string& path,
                            const std::string& body, Duration patience = std::chrono::seconds(30));

}  // namespace tenon::http
