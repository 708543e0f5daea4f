// SPDX-License-Identifier: Apache-2.0

#include "handlers/request_metrics.h"

namespace tenon::handlers {

RequestMetrics::RequestMetrics(MetricRegistry& registry, std::span<const wire::ApiKey> keys)
    : refused_(registry.counter("tenon_kafka_refused_frames_total",
                                "Frames of the Kafka port that were not requests we answer")) {
  for (const wire::ApiKey key : keys) {
    const MetricLabels labels{{"request", std::string(wire::to_string(key))}};
    per_api_.emplace(
        key,
        PerApi{
            .requests = registry.counter("tenon_kafka_requests_total", "Requests answered", labels),
            .request_bytes = registry.counter("tenon_kafka_request_bytes_total",
                                              "Bytes of requests, without the length", labels),
            .response_bytes = registry.counter("tenon_kafka_response_bytes_total",
                                               "Bytes of responses, without the length", labels),
            .errors = registry.counter("tenon_kafka_request_failures_total",
                                       "Requests that closed their connection", labels),
            .latency =
                registry.histogram("tenon_kafka_request_latency_seconds",
                                   "From the whole request to its encoded response", labels)});
  }
}

}  // namespace tenon::handlers
