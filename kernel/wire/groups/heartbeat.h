// SPDX-License-Identifier: Apache-2.0
//
// Heartbeat (API key 12): a member is alive, and learns whether a rebalance has begun.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/schema.h"

namespace tenon::wire {

struct HeartbeatRequest {
  static constexpr std::string_view kName = "HeartbeatRequest";
  static constexpr ApiKey kApiKey = ApiKey::kHeartbeat;
  static constexpr VersionRange kVersions{0, 4};
  static constexpr int16_t kFlexibleSince = 4;

  std::string group_id{};
  int32_t generation_id = 0;
  std::string member_id{};
  std::optional<std::string> group_instance_id{};

  template <class V>
  void fields(V& v) {
    v.field("GroupId", group_id);
    v.field("GenerationId", generation_id);
    v.field("MemberId", member_id);
    v.field("GroupInstanceId", group_instance_id, since(3).nullable());
  }
};

struct HeartbeatResponse {
  static constexpr std::string_view kName = "HeartbeatResponse";
  static constexpr ApiKey kApiKey = ApiKey::kHeartbeat;
  static constexpr VersionRange kVersions{0, 4};
  static constexpr int16_t kFlexibleSince = 4;

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms, since(1));
    v.field("ErrorCode", error_code);
  }
};

}  // namespace tenon::wire
