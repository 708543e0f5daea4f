// SPDX-License-Identifier: Apache-2.0
//
// ApiVersions (API key 18): what this broker speaks. The header of the response is always version
// 0, and an unknown version is answered in version 0 (KIP-511).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct ApiVersionsRequest {
  static constexpr std::string_view kName = "ApiVersionsRequest";
  static constexpr ApiKey kApiKey = ApiKey::kApiVersions;
  static constexpr VersionRange kVersions{0, 4};
  static constexpr int16_t kFlexibleSince = 3;

  std::string client_software_name{};
  std::string client_software_version{};

  template <class V>
  void fields(V& v) {
    v.field("ClientSoftwareName", client_software_name, since(3));
    v.field("ClientSoftwareVersion", client_software_version, since(3));
  }
};

struct ApiVersionsResponse {
  static constexpr std::string_view kName = "ApiVersionsResponse";
  static constexpr ApiKey kApiKey = ApiKey::kApiVersions;
  static constexpr VersionRange kVersions{0, 4};
  static constexpr int16_t kFlexibleSince = 3;

  struct ApiVersion {
    int16_t api_key = 0;
    int16_t min_version = 0;
    int16_t max_version = 0;

    template <class V>
    void fields(V& v) {
      v.field("ApiKey", api_key);
      v.field("MinVersion", min_version);
      v.field("MaxVersion", max_version);
    }
  };
  struct SupportedFeatureKey {
    std::string name{};
    int16_t min_version = 0;
    int16_t max_version = 0;

    template <class V>
    void fields(V& v) {
      v.field("Name", name, since(3));
      v.field("MinVersion", min_version, since(3));
      v.field("MaxVersion", max_version, since(3));
    }
  };
  struct FinalizedFeatureKey {
    std::string name{};
    int16_t max_version_level = 0;
    int16_t min_version_level = 0;

    template <class V>
    void fields(V& v) {
      v.field("Name", name, since(3));
      v.field("MaxVersionLevel", max_version_level, since(3));
      v.field("MinVersionLevel", min_version_level, since(3));
    }
  };

  int16_t error_code = 0;
  std::vector<ApiVersion> api_keys{};
  int32_t throttle_time_ms = 0;
  std::vector<SupportedFeatureKey> supported_features{};
  int64_t finalized_features_epoch = -1;
  std::vector<FinalizedFeatureKey> finalized_features{};
  bool zk_migration_ready = false;

  template <class V>
  void fields(V& v) {
    v.field("ErrorCode", error_code);
    v.field("ApiKeys", api_keys);
    v.field("ThrottleTimeMs", throttle_time_ms, since(1));
    v.tagged(0, "SupportedFeatures", supported_features, since(3));
    v.tagged(1, "FinalizedFeaturesEpoch", finalized_features_epoch, since(3), int64_t{-1});
    v.tagged(2, "FinalizedFeatures", finalized_features, since(3));
    v.tagged(3, "ZkMigrationReady", zk_migration_ready, since(3));
  }
};

}  // namespace tenon::wire
