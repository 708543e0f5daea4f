// SPDX-License-Identifier: Apache-2.0
//
// DeleteGroups (API key 42): forget empty groups and their offsets (KIP-229).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct DeleteGroupsRequest {
  static constexpr std::string_view kName = "DeleteGroupsRequest";
  static constexpr ApiKey kApiKey = ApiKey::kDeleteGroups;
  static constexpr VersionRange kVersions{0, 2};
  static constexpr int16_t kFlexibleSince = 2;

  std::vector<std::string> groups_names{};

  template <class V>
  void fields(V& v) {
    v.field("GroupsNames", groups_names);
  }
};

struct DeleteGroupsResponse {
  static constexpr std::string_view kName = "DeleteGroupsResponse";
  static constexpr ApiKey kApiKey = ApiKey::kDeleteGroups;
  static constexpr VersionRange kVersions{0, 2};
  static constexpr int16_t kFlexibleSince = 2;

  struct DeletableGroupResult {
    std::string group_id{};
    int16_t error_code = 0;

    template <class V>
    void fields(V& v) {
      v.field("GroupId", group_id);
      v.field("ErrorCode", error_code);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<DeletableGroupResult> results{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms);
    v.field("Results", results);
  }
};

}  // namespace tenon::wire
