// SPDX-License-Identifier: Apache-2.0
//
// DescribeLogDirs (API key 35): bytes per partition and directory (KIP-113, KIP-827).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct DescribeLogDirsRequest {
  static constexpr std::string_view kName = "DescribeLogDirsRequest";
  static constexpr ApiKey kApiKey = ApiKey::kDescribeLogDirs;
  static constexpr VersionRange kVersions{0, 4};
  static constexpr int16_t kFlexibleSince = 2;

  struct DescribableLogDirTopic {
    std::string topic{};
    std::vector<int32_t> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Topic", topic);
      v.field("Partitions", partitions);
    }
  };

  std::optional<std::vector<DescribableLogDirTopic>> topics{std::in_place};

  template <class V>
  void fields(V& v) {
    v.field("Topics", topics, since(0).nullable());
  }
};

struct DescribeLogDirsResponse {
  static constexpr std::string_view kName = "DescribeLogDirsResponse";
  static constexpr ApiKey kApiKey = ApiKey::kDescribeLogDirs;
  static constexpr VersionRange kVersions{0, 4};
  static constexpr int16_t kFlexibleSince = 2;

  struct DescribeLogDirsPartition {
    int32_t partition_index = 0;
    int64_t partition_size = 0;
    int64_t offset_lag = 0;
    bool is_future_key = false;

    template <class V>
    void fields(V& v) {
      v.field("PartitionIndex", partition_index);
      v.field("PartitionSize", partition_size);
      v.field("OffsetLag", offset_lag);
      v.field("IsFutureKey", is_future_key);
    }
  };
  struct DescribeLogDirsTopic {
    std::string name{};
    std::vector<DescribeLogDirsPartition> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("Partitions", partitions);
    }
  };
  struct DescribeLogDirsResult {
    int16_t error_code = 0;
    std::string log_dir{};
    std::vector<DescribeLogDirsTopic> topics{};
    int64_t total_bytes = -1;
    int64_t usable_bytes = -1;

    template <class V>
    void fields(V& v) {
      v.field("ErrorCode", error_code);
      v.field("LogDir", log_dir);
      v.field("Topics", topics);
      v.field("TotalBytes", total_bytes, since(4));
      v.field("UsableBytes", usable_bytes, since(4));
    }
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::vector<DescribeLogDirsResult> results{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms);
    v.field("ErrorCode", error_code, since(3));
    v.field("Results", results);
  }
};

}  // namespace tenon::wire
