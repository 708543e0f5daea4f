// SPDX-License-Identifier: Apache-2.0
//
// DeleteTopics (API key 20): by name, and from version 6 by name or topic id (KIP-516).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "wire/schema.h"

namespace tenon::wire {

struct DeleteTopicsRequest {
  static constexpr std::string_view kName = "DeleteTopicsRequest";
  static constexpr ApiKey kApiKey = ApiKey::kDeleteTopics;
  static constexpr VersionRange kVersions{0, 6};
  static constexpr int16_t kFlexibleSince = 4;

  struct DeleteTopicState {
    std::optional<std::string> name{};
    Uuid topic_id{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name, since(6).nullable());
      v.field("TopicId", topic_id, since(6));
    }
  };

  std::vector<DeleteTopicState> topics{};
  std::vector<std::string> topic_names{};
  int32_t timeout_ms = 0;

  template <class V>
  void fields(V& v) {
    v.field("Topics", topics, since(6));
    v.field("TopicNames", topic_names, between(0, 5));
    v.field("TimeoutMs", timeout_ms);
  }
};

struct DeleteTopicsResponse {
  static constexpr std::string_view kName = "DeleteTopicsResponse";
  static constexpr ApiKey kApiKey = ApiKey::kDeleteTopics;
  static constexpr VersionRange kVersions{0, 6};
  static constexpr int16_t kFlexibleSince = 4;

  struct DeletableTopicResult {
    std::optional<std::string> name{""};
    Uuid topic_id{};
    int16_t error_code = 0;
    std::optional<std::string> error_message{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name, since(0).nullable(6));
      v.field("TopicId", topic_id, since(6));
      v.field("ErrorCode", error_code);
      v.field("ErrorMessage", error_message, since(5).nullable());
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<DeletableTopicResult> responses{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms, since(1));
    v.field("Responses", responses);
  }
};

}  // namespace tenon::wire
