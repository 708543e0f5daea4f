// SPDX-License-Identifier: Apache-2.0
//
// FindCoordinator (API key 10): who coordinates a group or transaction; one key to version 3, many
// from version 4 (KIP-699).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct FindCoordinatorRequest {
  static constexpr std::string_view kName = "FindCoordinatorRequest";
  static constexpr ApiKey kApiKey = ApiKey::kFindCoordinator;
  static constexpr VersionRange kVersions{0, 6};
  static constexpr int16_t kFlexibleSince = 3;

  std::string key{};
  int8_t key_type = 0;
  std::vector<std::string> coordinator_keys{};

  template <class V>
  void fields(V& v) {
    v.field("Key", key, between(0, 3));
    v.field("KeyType", key_type, since(1));
    v.field("CoordinatorKeys", coordinator_keys, since(4));
  }
};

struct FindCoordinatorResponse {
  static constexpr std::string_view kName = "FindCoordinatorResponse";
  static constexpr ApiKey kApiKey = ApiKey::kFindCoordinator;
  static constexpr VersionRange kVersions{0, 6};
  static constexpr int16_t kFlexibleSince = 3;

  struct Coordinator {
    std::string key{};
    int32_t node_id = 0;
    std::string host{};
    int32_t port = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message{""};

    template <class V>
    void fields(V& v) {
      v.field("Key", key, since(4));
      v.field("NodeId", node_id, since(4));
      v.field("Host", host, since(4));
      v.field("Port", port, since(4));
      v.field("ErrorCode", error_code, since(4));
      v.field("ErrorMessage", error_message, since(4).nullable());
    }
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message{""};
  int32_t node_id = 0;
  std::string host{};
  int32_t port = 0;
  std::vector<Coordinator> coordinators{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms, since(1));
    v.field("ErrorCode", error_code, between(0, 3));
    v.field("ErrorMessage", error_message, between(1, 3).nullable());
    v.field("NodeId", node_id, between(0, 3));
    v.field("Host", host, between(0, 3));
    v.field("Port", port, between(0, 3));
    v.field("Coordinators", coordinators, since(4));
  }
};

}  // namespace tenon::wire
