// SPDX-License-Identifier: Apache-2.0
//
// JoinGroup (API key 11): become a member of a classic group and learn its generation.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "wire/schema.h"

namespace tenon::wire {

struct JoinGroupRequest {
  static constexpr std::string_view kName = "JoinGroupRequest";
  static constexpr ApiKey kApiKey = ApiKey::kJoinGroup;
  static constexpr VersionRange kVersions{0, 9};
  static constexpr int16_t kFlexibleSince = 6;

  struct JoinGroupRequestProtocol {
    std::string name{};
    Bytes metadata{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("Metadata", metadata);
    }
  };

  std::string group_id{};
  int32_t session_timeout_ms = 0;
  int32_t rebalance_timeout_ms = -1;
  std::string member_id{};
  std::optional<std::string> group_instance_id{};
  std::string protocol_type{};
  std::vector<JoinGroupRequestProtocol> protocols{};
  std::optional<std::string> reason{};

  template <class V>
  void fields(V& v) {
    v.field("GroupId", group_id);
    v.field("SessionTimeoutMs", session_timeout_ms);
    v.field("RebalanceTimeoutMs", rebalance_timeout_ms, since(1));
    v.field("MemberId", member_id);
    v.field("GroupInstanceId", group_instance_id, since(5).nullable());
    v.field("ProtocolType", protocol_type);
    v.field("Protocols", protocols);
    v.field("Reason", reason, since(8).nullable());
  }
};

struct JoinGroupResponse {
  static constexpr std::string_view kName = "JoinGroupResponse";
  static constexpr ApiKey kApiKey = ApiKey::kJoinGroup;
  static constexpr VersionRange kVersions{0, 9};
  static constexpr int16_t kFlexibleSince = 6;

  struct JoinGroupResponseMember {
    std::string member_id{};
    std::optional<std::string> group_instance_id{};
    Bytes metadata{};

    template <class V>
    void fields(V& v) {
      v.field("MemberId", member_id);
      v.field("GroupInstanceId", group_instance_id, since(5).nullable());
      v.field("Metadata", metadata);
    }
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  int32_t generation_id = -1;
  std::optional<std::string> protocol_type{};
  std::optional<std::string> protocol_name{""};
  std::string leader{};
  bool skip_assignment = false;
  std::string member_id{};
  std::vector<JoinGroupResponseMember> members{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms, since(2));
    v.field("ErrorCode", error_code);
    v.field("GenerationId", generation_id);
    v.field("ProtocolType", protocol_type, since(7).nullable());
    v.field("ProtocolName", protocol_name, since(0).nullable(7));
    v.field("Leader", leader);
    v.field("SkipAssignment", skip_assignment, since(9));
    v.field("MemberId", member_id);
    v.field("Members", members);
  }
};

}  // namespace tenon::wire
