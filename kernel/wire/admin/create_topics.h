// SPDX-License-Identifier: Apache-2.0
//
// CreateTopics (API key 19): with counts or with explicit assignments; -1 asks for the default of
// the broker from version 4 (KIP-464), and the answer carries the configs from version 5 (KIP-525).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "wire/schema.h"

namespace tenon::wire {

struct CreateTopicsRequest {
  static constexpr std::string_view kName = "CreateTopicsRequest";
  static constexpr ApiKey kApiKey = ApiKey::kCreateTopics;
  static constexpr VersionRange kVersions{0, 7};
  static constexpr int16_t kFlexibleSince = 5;

  struct CreatableReplicaAssignment {
    int32_t partition_index = 0;
    std::vector<int32_t> broker_ids{};

    template <class V>
    void fields(V& v) {
      v.field("PartitionIndex", partition_index);
      v.field("BrokerIds", broker_ids);
    }
  };
  struct CreatableTopicConfig {
    std::string name{};
    std::optional<std::string> value{""};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("Value", value, since(0).nullable());
    }
  };
  struct CreatableTopic {
    std::string name{};
    int32_t num_partitions = 0;
    int16_t replication_factor = 0;
    std::vector<CreatableReplicaAssignment> assignments{};
    std::vector<CreatableTopicConfig> configs{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("NumPartitions", num_partitions);
      v.field("ReplicationFactor", replication_factor);
      v.field("Assignments", assignments);
      v.field("Configs", configs);
    }
  };

  std::vector<CreatableTopic> topics{};
  int32_t timeout_ms = 60000;
  bool validate_only = false;

  template <class V>
  void fields(V& v) {
    v.field("Topics", topics);
    v.field("timeoutMs", timeout_ms);
    v.field("validateOnly", validate_only, since(1));
  }
};

struct CreateTopicsResponse {
  static constexpr std::string_view kName = "CreateTopicsResponse";
  static constexpr ApiKey kApiKey = ApiKey::kCreateTopics;
  static constexpr VersionRange kVersions{0, 7};
  static constexpr int16_t kFlexibleSince = 5;

  struct CreatableTopicConfigs {
    std::string name{};
    std::optional<std::string> value{""};
    bool read_only = false;
    int8_t config_source = -1;
    bool is_sensitive = false;

    template <class V>
    void fields(V& v) {
      v.field("Name", name, since(5));
      v.field("Value", value, since(5).nullable());
      v.field("ReadOnly", read_only, since(5));
      v.field("ConfigSource", config_source, since(5));
      v.field("IsSensitive", is_sensitive, since(5));
    }
  };
  struct CreatableTopicResult {
    std::string name{};
    Uuid topic_id{};
    int16_t error_code = 0;
    std::optional<std::string> error_message{""};
    int16_t topic_config_error_code = 0;
    int32_t num_partitions = -1;
    int16_t replication_factor = -1;
    std::optional<std::vector<CreatableTopicConfigs>> configs{std::in_place};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("TopicId", topic_id, since(7));
      v.field("ErrorCode", error_code);
      v.field("ErrorMessage", error_message, since(1).nullable());
      v.tagged(0, "TopicConfigErrorCode", topic_config_error_code, since(5));
      v.field("NumPartitions", num_partitions, since(5));
      v.field("ReplicationFactor", replication_factor, since(5));
      v.field("Configs", configs, since(5).nullable());
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<CreatableTopicResult> topics{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms, since(2));
    v.field("Topics", topics);
  }
};

}  // namespace tenon::wire
