// SPDX-License-Identifier: Apache-2.0
//
// DescribeConfigs (API key 32): all options of topics and brokers with source and synonyms
// (KIP-133, KIP-226, KIP-569).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct DescribeConfigsRequest {
  static constexpr std::string_view kName = "DescribeConfigsRequest";
  static constexpr ApiKey kApiKey = ApiKey::kDescribeConfigs;
  static constexpr VersionRange kVersions{0, 4};
  static constexpr int16_t kFlexibleSince = 4;

  struct DescribeConfigsResource {
    int8_t resource_type = 0;
    std::string resource_name{};
    std::optional<std::vector<std::string>> configuration_keys{std::in_place};

    template <class V>
    void fields(V& v) {
      v.field("ResourceType", resource_type);
      v.field("ResourceName", resource_name);
      v.field("ConfigurationKeys", configuration_keys, since(0).nullable());
    }
  };

  std::vector<DescribeConfigsResource> resources{};
  bool include_synonyms = false;
  bool include_documentation = false;

  template <class V>
  void fields(V& v) {
    v.field("Resources", resources);
    v.field("IncludeSynonyms", include_synonyms, since(1));
    v.field("IncludeDocumentation", include_documentation, since(3));
  }
};

struct DescribeConfigsResponse {
  static constexpr std::string_view kName = "DescribeConfigsResponse";
  static constexpr ApiKey kApiKey = ApiKey::kDescribeConfigs;
  static constexpr VersionRange kVersions{0, 4};
  static constexpr int16_t kFlexibleSince = 4;

  struct DescribeConfigsSynonym {
    std::string name{};
    std::optional<std::string> value{""};
    int8_t source = 0;

    template <class V>
    void fields(V& v) {
      v.field("Name", name, since(1));
      v.field("Value", value, since(1).nullable());
      v.field("Source", source, since(1));
    }
  };
  struct DescribeConfigsResourceResult {
    std::string name{};
    std::optional<std::string> value{""};
    bool read_only = false;
    bool is_default = false;
    int8_t config_source = -1;
    bool is_sensitive = false;
    std::vector<DescribeConfigsSynonym> synonyms{};
    int8_t config_type = 0;
    std::optional<std::string> documentation{""};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("Value", value, since(0).nullable());
      v.field("ReadOnly", read_only);
      v.field("IsDefault", is_default, between(0, 0));
      v.field("ConfigSource", config_source, since(1));
      v.field("IsSensitive", is_sensitive);
      v.field("Synonyms", synonyms, since(1));
      v.field("ConfigType", config_type, since(3));
      v.field("Documentation", documentation, since(3).nullable());
    }
  };
  struct DescribeConfigsResult {
    int16_t error_code = 0;
    std::optional<std::string> error_message{""};
    int8_t resource_type = 0;
    std::string resource_name{};
    std::vector<DescribeConfigsResourceResult> configs{};

    template <class V>
    void fields(V& v) {
      v.field("ErrorCode", error_code);
      v.field("ErrorMessage", error_message, since(0).nullable());
      v.field("ResourceType", resource_type);
      v.field("ResourceName", resource_name);
      v.field("Configs", configs);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<DescribeConfigsResult> results{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms);
    v.field("Results", results);
  }
};

}  // namespace tenon::wire
