// SPDX-License-Identifier: Apache-2.0
//
// SyncGroup (API key 14): the leader hands in the assignment, every member takes its own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "wire/schema.h"

namespace tenon::wire {

struct SyncGroupRequest {
  static constexpr std::string_view kName = "SyncGroupRequest";
  static constexpr ApiKey kApiKey = ApiKey::kSyncGroup;
  static constexpr VersionRange kVersions{0, 5};
  static constexpr int16_t kFlexibleSince = 4;

  struct SyncGroupRequestAssignment {
    std::string member_id{};
    Bytes assignment{};

    template <class V>
    void fields(V& v) {
      v.field("MemberId", member_id);
      v.field("Assignment", assignment);
    }
  };

  std::string group_id{};
  int32_t generation_id = 0;
  std::string member_id{};
  std::optional<std::string> group_instance_id{};
  std::optional<std::string> protocol_type{};
  std::optional<std::string> protocol_name{};
  std::vector<SyncGroupRequestAssignment> assignments{};

  template <class V>
  void fields(V& v) {
    v.field("GroupId", group_id);
    v.field("GenerationId", generation_id);
    v.field("MemberId", member_id);
    v.field("GroupInstanceId", group_instance_id, since(3).nullable());
    v.field("ProtocolType", protocol_type, since(5).nullable());
    v.field("ProtocolName", protocol_name, since(5).nullable());
    v.field("Assignments", assignments);
  }
};

struct SyncGroupResponse {
  static constexpr std::string_view kName = "SyncGroupResponse";
  static constexpr ApiKey kApiKey = ApiKey::kSyncGroup;
  static constexpr VersionRange kVersions{0, 5};
  static constexpr int16_t kFlexibleSince = 4;

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> protocol_type{};
  std::optional<std::string> protocol_name{};
  Bytes assignment{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms, since(1));
    v.field("ErrorCode", error_code);
    v.field("ProtocolType", protocol_type, since(5).nullable());
    v.field("ProtocolName", protocol_name, since(5).nullable());
    v.field("Assignment", assignment);
  }
};

}  // namespace tenon::wire
