// SPDX-License-Identifier: Apache-2.0
//
// What a handler is given: the request's header, the connection it came on, the shard it runs on,
// and the rooms it may ask. A Call lives until its reply has been encoded; so does the frame, which
// the request's views point into.
#pragma once

#include <optional>
#include <utility>

#include "base/task.h"
#include "config/settings.h"
#include "handlers/services.h"
#include "net/connection_info.h"
#include "wire/header.h"

namespace tenon::handlers {

struct Call {
  Services& services;
  size_t shard;
  net::ConnectionInfo& connection;
  wire::RequestHeader header;

  int16_t version() const { return header.api_version; }
  // Where the call runs: the handler awaits here, and here its answer is taken.
  Scheduler& scheduler() const { return services.replicas.scheduler(shard); }
  // The cluster as this shard knows it; keeps it while the caller does.
  std::shared_ptr<const metadata::Image> image() const {
    return services.replicas.table(shard).shared_image();
  }
};

}  // namespace tenon::handlers
