// SPDX-License-Identifier: Apache-2.0

#include "handlers/request_metrics.h"

#include <gtest/gtest.h>

namespace tenon::handlers {
namespace {

TEST(RequestMetrics, counts_each_api_by_its_name) {
  MetricRegistry registry;
  const std::array keys{wire::ApiKey::kFetch, wire::ApiKey::kProduce};
  RequestMetrics metrics(registry, keys);
  metrics.of(wire::ApiKey::kFetch).requests.add(3);
  metrics.refused().add();
  const std::string text = registry.expose();
  EXPECT_NE(text.find("tenon_kafka_requests_total{request=\"Fetch\"} 3"), std::string::npos);
  EXPECT_NE(text.find("tenon_kafka_requests_total{request=\"Produce\"} 0"), std::string::npos);
  EXPECT_NE(text.find("tenon_kafka_refused_frames_total 1"), std::string::npos);
}

}  // namespace
}  // namespace tenon::handlers
