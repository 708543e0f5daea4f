// SPDX-License-Identifier: Apache-2.0
//
// What the connections of one listener share on one shard. They keep it alive.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/log_limiter.h"
#include "base/metrics.h"
#include "net/connection/frame_buffer.h"
#include "net/listener.h"

namespace tenon::net {

// Counted for the whole listener, any thread.
struct NetMetrics {
  NetMetrics(MetricRegistry& registry, const std::string& listener);

  Counter& accepted;
  Counter& refused;
  Gauge& open;
  Counter& received_bytes;
  Counter& sent_bytes;
  Counter& memory_waits;
  // Closed by us, by reason.
  Counter& closed_idle;
  Counter& closed_stalled;
  Counter& closed_bad_frame;
  Counter& closed_by_handler;
};

class Connection;

struct ConnectionContext {
  Shard& shard;
  std::string name;  // of the listener
  FrameHandler handler;
  Limits limits;
  uint32_t frame_bytes_max;  // the limit, or the whole budget when that is less
  std::shared_ptr<MemoryBudget> budget;
  std::shared_ptr<NetMetrics> metrics;
  std::function<void(Connection&)> on_closed;
  BufferPool pool;
  Bytes staging;  // for ReplyWriter; larger than sendfile_min where that is sensible
  LogLimiter log;
};

}  // namespace tenon::net
