// SPDX-License-Identifier: Apache-2.0
//
// LeaveGroup (API key 13): leave at once; many members from version 3 (KIP-345).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct LeaveGroupRequest {
  static constexpr std::string_view kName = "LeaveGroupRequest";
  static constexpr ApiKey kApiKey = ApiKey::kLeaveGroup;
  static constexpr VersionRange kVersions{0, 5};
  static constexpr int16_t kFlexibleSince = 4;

  struct MemberIdentity {
    std::string member_id{};
    std::optional<std::string> group_instance_id{};
    std::optional<std::string> reason{};

    template <class V>
    void fields(V& v) {
      v.field("MemberId", member_id, since(3));
      v.field("GroupInstanceId", group_instance_id, since(3).nullable());
      v.field("Reason", reason, since(5).nullable());
    }
  };

  std::string group_id{};
  std::string member_id{};
  std::vector<MemberIdentity> members{};

  template <class V>
  void fields(V& v) {
    v.field("GroupId", group_id);
    v.field("MemberId", member_id, between(0, 2));
    v.field("Members", members, since(3));
  }
};

struct LeaveGroupResponse {
  static constexpr std::string_view kName = "LeaveGroupResponse";
  static constexpr ApiKey kApiKey = ApiKey::kLeaveGroup;
  static constexpr VersionRange kVersions{0, 5};
  static constexpr int16_t kFlexibleSince = 4;

  struct MemberResponse {
    std::string member_id{};
    std::optional<std::string> group_instance_id{""};
    int16_t error_code = 0;

    template <class V>
    void fields(V& v) {
      v.field("MemberId", member_id, since(3));
      v.field("GroupInstanceId", group_instance_id, since(3).nullable());
      v.field("ErrorCode", error_code, since(3));
    }
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<MemberResponse> members{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms, since(1));
    v.field("ErrorCode", error_code);
    v.field("Members", members, since(3));
  }
};

}  // namespace tenon::wire
