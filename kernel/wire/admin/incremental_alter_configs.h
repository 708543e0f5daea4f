// SPDX-License-Identifier: Apache-2.0
//
// IncrementalAlterConfigs (API key 44): set, delete, append to or subtract from single options
// (KIP-339).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct IncrementalAlterConfigsRequest {
  static constexpr std::string_view kName = "IncrementalAlterConfigsRequest";
  static constexpr ApiKey kApiKey = ApiKey::kIncrementalAlterConfigs;
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int16_t kFlexibleSince = 1;

  struct AlterableConfig {
    std::string name{};
    int8_t config_operation = 0;
    std::optional<std::string> value{""};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("ConfigOperation", config_operation);
      v.field("Value", value, since(0).nullable());
    }
  };
  struct AlterConfigsResource {
    int8_t resource_type = 0;
    std::string resource_name{};
    std::vector<AlterableConfig> configs{};

    template <class V>
    void fields(V& v) {
      v.field("ResourceType", resource_type);
      v.field("ResourceName", resource_name);
      v.field("Configs", configs);
    }
  };

  std::vector<AlterConfigsResource> resources{};
  bool validate_only = false;

  template <class V>
  void fields(V& v) {
    v.field("Resources", resources);
    v.field("ValidateOnly", validate_only);
  }
};

struct IncrementalAlterConfigsResponse {
  static constexpr std::string_view kName = "IncrementalAlterConfigsResponse";
  static constexpr ApiKey kApiKey = ApiKey::kIncrementalAlterConfigs;
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int16_t kFlexibleSince = 1;

  struct AlterConfigsResourceResponse {
    int16_t error_code = 0;
    std::optional<std::string> error_message{""};
    int8_t resource_type = 0;
    std::string resource_name{};

    template <class V>
    void fields(V& v) {
      v.field("ErrorCode", error_code);
      v.field("ErrorMessage", error_message, since(0).nullable());
      v.field("ResourceType", resource_type);
      v.field("ResourceName", resource_name);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<AlterConfigsResourceResponse> responses{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms);
    v.field("Responses", responses);
  }
};

}  // namespace tenon::wire
