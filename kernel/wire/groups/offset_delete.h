// SPDX-License-Identifier: Apache-2.0
//
// OffsetDelete (API key 47): forget a group's offsets of some partitions (KIP-496). Never flexible.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct OffsetDeleteRequest {
  static constexpr std::string_view kName = "OffsetDeleteRequest";
  static constexpr ApiKey kApiKey = ApiKey::kOffsetDelete;
  static constexpr VersionRange kVersions{0, 0};
  static constexpr int16_t kFlexibleSince = kNeverFlexible;

  struct OffsetDeleteRequestPartition {
    int32_t partition_index = 0;

    template <class V>
    void fields(V& v) {
      v.field("PartitionIndex", partition_index);
    }
  };
  struct OffsetDeleteRequestTopic {
    std::string name{};
    std::vector<OffsetDeleteRequestPartition> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("Partitions", partitions);
    }
  };

  std::string group_id{};
  std::vector<OffsetDeleteRequestTopic> topics{};

  template <class V>
  void fields(V& v) {
    v.field("GroupId", group_id);
    v.field("Topics", topics);
  }
};

struct OffsetDeleteResponse {
  static constexpr std::string_view kName = "OffsetDeleteResponse";
  static constexpr ApiKey kApiKey = ApiKey::kOffsetDelete;
  static constexpr VersionRange kVersions{0, 0};
  static constexpr int16_t kFlexibleSince = kNeverFlexible;

  struct OffsetDeleteResponsePartition {
    int32_t partition_index = 0;
    int16_t error_code = 0;

    template <class V>
    void fields(V& v) {
      v.field("PartitionIndex", partition_index);
      v.field("ErrorCode", error_code);
    }
  };
  struct OffsetDeleteResponseTopic {
    std::string name{};
    std::vector<OffsetDeleteResponsePartition> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("Partitions", partitions);
    }
  };

  int16_t error_code = 0;
  int32_t throttle_time_ms = 0;
  std::vector<OffsetDeleteResponseTopic> topics{};

  template <class V>
  void fields(V& v) {
    v.field("ErrorCode", error_code);
    v.field("ThrottleTimeMs", throttle_time_ms);
    v.field("Topics", topics);
  }
};

}  // namespace tenon::wire
