// SPDX-License-Identifier: Apache-2.0
//
// ListGroups (API key 16): the groups that this broker coordinates, by state (KIP-518) and type
// (KIP-848).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct ListGroupsRequest {
  static constexpr std::string_view kName = "ListGroupsRequest";
  static constexpr ApiKey kApiKey = ApiKey::kListGroups;
  static constexpr VersionRange kVersions{0, 5};
  static constexpr int16_t kFlexibleSince = 3;

  std::vector<std::string> states_filter{};
  std::vector<std::string> types_filter{};

  template <class V>
  void fields(V& v) {
    v.field("StatesFilter", states_filter, since(4));
    v.field("TypesFilter", types_filter, since(5));
  }
};

struct ListGroupsResponse {
  static constexpr std::string_view kName = "ListGroupsResponse";
  static constexpr ApiKey kApiKey = ApiKey::kListGroups;
  static constexpr VersionRange kVersions{0, 5};
  static constexpr int16_t kFlexibleSince = 3;

  struct ListedGroup {
    std::string group_id{};
    std::string protocol_type{};
    std::string group_state{};
    std::string group_type{};

    template <class V>
    void fields(V& v) {
      v.field("GroupId", group_id);
      v.field("ProtocolType", protocol_type);
      v.field("GroupState", group_state, since(4));
      v.field("GroupType", group_type, since(5));
    }
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<ListedGroup> groups{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms, since(1));
    v.field("ErrorCode", error_code);
    v.field("Groups", groups);
  }
};

}  // namespace tenon::wire
