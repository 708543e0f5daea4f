// SPDX-License-Identifier: Apache-2.0
//
// CreatePartitions (API key 37): raise the number of partitions of topics (KIP-195).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct CreatePartitionsRequest {
  static constexpr std::string_view kName = "CreatePartitionsRequest";
  static constexpr ApiKey kApiKey = ApiKey::kCreatePartitions;
  static constexpr VersionRange kVersions{0, 3};
  static constexpr int16_t kFlexibleSince = 2;

  struct CreatePartitionsAssignment {
    std::vector<int32_t> broker_ids{};

    template <class V>
    void fields(V& v) {
      v.field("BrokerIds", broker_ids);
    }
  };
  struct CreatePartitionsTopic {
    std::string name{};
    int32_t count = 0;
    std::optional<std::vector<CreatePartitionsAssignment>> assignments{std::in_place};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("Count", count);
      v.field("Assignments", assignments, since(0).nullable());
    }
  };

  std::vector<CreatePartitionsTopic> topics{};
  int32_t timeout_ms = 0;
  bool validate_only = false;

  template <class V>
  void fields(V& v) {
    v.field("Topics", topics);
    v.field("TimeoutMs", timeout_ms);
    v.field("ValidateOnly", validate_only);
  }
};

struct CreatePartitionsResponse {
  static constexpr std::string_view kName = "CreatePartitionsResponse";
  static constexpr ApiKey kApiKey = ApiKey::kCreatePartitions;
  static constexpr VersionRange kVersions{0, 3};
  static constexpr int16_t kFlexibleSince = 2;

  struct CreatePartitionsTopicResult {
    std::string name{};
    int16_t error_code = 0;
    std::optional<std::string> error_message{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("ErrorCode", error_code);
      v.field("ErrorMessage", error_message, since(0).nullable());
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<CreatePartitionsTopicResult> results{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms);
    v.field("Results", results);
  }
};

}  // namespace tenon::wire
