// SPDX-License-Identifier: Apache-2.0
//
// DescribeCluster (API key 60): brokers, controller and cluster id (KIP-700).
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct DescribeClusterRequest {
  static constexpr std::string_view kName = "DescribeClusterRequest";
  static constexpr ApiKey kApiKey = ApiKey::kDescribeCluster;
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int16_t kFlexibleSince = 0;

  bool include_cluster_authorized_operations = false;
  int8_t endpoint_type = 1;

  template <class V>
  void fields(V& v) {
    v.field("IncludeClusterAuthorizedOperations", include_cluster_authorized_operations);
    v.field("EndpointType", endpoint_type, since(1));
  }
};

struct DescribeClusterResponse {
  static constexpr std::string_view kName = "DescribeClusterResponse";
  static constexpr ApiKey kApiKey = ApiKey::kDescribeCluster;
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int16_t kFlexibleSince = 0;

  struct DescribeClusterBroker {
    int32_t broker_id = 0;
    std::string host{};
    int32_t port = 0;
    std::optional<std::string> rack{};

    template <class V>
    void fields(V& v) {
      v.field("BrokerId", broker_id);
      v.field("Host", host);
      v.field("Port", port);
      v.field("Rack", rack, since(0).nullable());
    }
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message{};
  int8_t endpoint_type = 1;
  std::string cluster_id{};
  int32_t controller_id = -1;
  std::vector<DescribeClusterBroker> brokers{};
  int32_t cluster_authorized_operations = std::numeric_limits<int32_t>::min();

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms);
    v.field("ErrorCode", error_code);
    v.field("ErrorMessage", error_message, since(0).nullable());
    v.field("EndpointType", endpoint_type, since(1));
    v.field("ClusterId", cluster_id);
    v.field("ControllerId", controller_id);
    v.field("Brokers", brokers);
    v.field("ClusterAuthorizedOperations", cluster_authorized_operations);
  }
};

}  // namespace tenon::wire
