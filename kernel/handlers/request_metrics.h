// SPDX-License-Identifier: Apache-2.0
//
// What is counted of requests: how many of each API, with which bytes, and how long they took. The
// series are looked up once, when the broker starts.
//
// Threads: any.
#pragma once

#include <map>
#include <span>

#include "base/metrics.h"
#include "wire/api.h"

namespace tenon::handlers {

class RequestMetrics {
 public:
  struct PerApi {
    Counter& requests;
    Counter& request_bytes;
    Counter& response_bytes;
    Counter& errors;
    Histogram& latency;
  };
  RequestMetrics(MetricRegistry& registry, std::span<const wire::ApiKey> keys);

  PerApi& of(wire::ApiKey key) { return per_api_.at(key); }
  Counter& refused() { return refused_; }  // frames that no handler saw

 private:
  std::map<wire::ApiKey, PerApi> per_api_;
  Counter& refused_;
};

}  // namespace tenon::handlers
