// SPDX-License-Identifier: Apache-2.0
//
// DeleteRecords (API key 21): move the log start offset forward (KIP-107).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct DeleteRecordsRequest {
  static constexpr std::string_view kName = "DeleteRecordsRequest";
  static constexpr ApiKey kApiKey = ApiKey::kDeleteRecords;
  static constexpr VersionRange kVersions{0, 2};
  static constexpr int16_t kFlexibleSince = 2;

  struct DeleteRecordsPartition {
    int32_t partition_index = 0;
    int64_t offset = 0;

    template <class V>
    void fields(V& v) {
      v.field("PartitionIndex", partition_index);
      v.field("Offset", offset);
    }
  };
  struct DeleteRecordsTopic {
    std::string name{};
    std::vector<DeleteRecordsPartition> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("Partitions", partitions);
    }
  };

  std::vector<DeleteRecordsTopic> topics{};
  int32_t timeout_ms = 0;

  template <class V>
  void fields(V& v) {
    v.field("Topics", topics);
    v.field("TimeoutMs", timeout_ms);
  }
};

struct DeleteRecordsResponse {
  static constexpr std::string_view kName = "DeleteRecordsResponse";
  static constexpr ApiKey kApiKey = ApiKey::kDeleteRecords;
  static constexpr VersionRange kVersions{0, 2};
  static constexpr int16_t kFlexibleSince = 2;

  struct DeleteRecordsPartitionResult {
    int32_t partition_index = 0;
    int64_t low_watermark = 0;
    int16_t error_code = 0;

    template <class V>
    void fields(V& v) {
      v.field("PartitionIndex", partition_index);
      v.field("LowWatermark", low_watermark);
      v.field("ErrorCode", error_code);
    }
  };
  struct DeleteRecordsTopicResult {
    std::string name{};
    std::vector<DeleteRecordsPartitionResult> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("Partitions", partitions);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<DeleteRecordsTopicResult> topics{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms);
    v.field("Topics", topics);
  }
};

}  // namespace tenon::wire
