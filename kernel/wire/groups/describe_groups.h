// SPDX-License-Identifier: Apache-2.0
//
// DescribeGroups (API key 15): state, members and assignments of classic groups. Since version 6 a
// group that is not there is an error with a message; before, it was described as "Dead".
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "wire/schema.h"

namespace tenon::wire {

struct DescribeGroupsRequest {
  static constexpr std::string_view kName = "DescribeGroupsRequest";
  static constexpr ApiKey kApiKey = ApiKey::kDescribeGroups;
  static constexpr VersionRange kVersions{0, 6};
  static constexpr int16_t kFlexibleSince = 5;

  std::vector<std::string> groups{};
  bool include_authorized_operations = false;

  template <class V>
  void fields(V& v) {
    v.field("Groups", groups);
    v.field("IncludeAuthorizedOperations", include_authorized_operations, since(3));
  }
};

struct DescribeGroupsResponse {
  static constexpr std::string_view kName = "DescribeGroupsResponse";
  static constexpr ApiKey kApiKey = ApiKey::kDescribeGroups;
  static constexpr VersionRange kVersions{0, 6};
  static constexpr int16_t kFlexibleSince = 5;

  struct DescribedGroupMember {
    std::string member_id{};
    std::optional<std::string> group_instance_id{};
    std::string client_id{};
    std::string client_host{};
    Bytes member_metadata{};
    Bytes member_assignment{};

    template <class V>
    void fields(V& v) {
      v.field("MemberId", member_id);
      v.field("GroupInstanceId", group_instance_id, since(4).nullable());
      v.field("ClientId", client_id);
      v.field("ClientHost", client_host);
      v.field("MemberMetadata", member_metadata);
      v.field("MemberAssignment", member_assignment);
    }
  };
  struct DescribedGroup {
    int16_t error_code = 0;
    std::optional<std::string> error_message{};
    std::string group_id{};
    std::string group_state{};
    std::string protocol_type{};
    std::string protocol_data{};
    std::vector<DescribedGroupMember> members{};
    int32_t authorized_operations = std::numeric_limits<int32_t>::min();

    template <class V>
    void fields(V& v) {
      v.field("ErrorCode", error_code);
      v.field("ErrorMessage", error_message, since(6).nullable(6));
      v.field("GroupId", group_id);
      v.field("GroupState", group_state);
      v.field("ProtocolType", protocol_type);
      v.field("ProtocolData", protocol_data);
      v.field("Members", members);
      v.field("AuthorizedOperations", authorized_operations, since(3));
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<DescribedGroup> groups{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms, since(1));
    v.field("Groups", groups);
  }
};

}  // namespace tenon::wire
