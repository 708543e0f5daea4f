// SPDX-License-Identifier: Apache-2.0
//
// ListOffsets (API key 2): the offset of a time, or of an end: -1 latest, -2 earliest, -3 the
// record of the greatest timestamp (KIP-734), -4 earliest on local disk (KIP-405), -5 last tiered
// (KIP-1005).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct ListOffsetsRequest {
  static constexpr std::string_view kName = "ListOffsetsRequest";
  static constexpr ApiKey kApiKey = ApiKey::kListOffsets;
  static constexpr VersionRange kVersions{0, 9};
  static constexpr int16_t kFlexibleSince = 6;

  struct ListOffsetsPartition {
    int32_t partition_index = 0;
    int32_t current_leader_epoch = -1;
    int64_t timestamp = 0;
    int32_t max_num_offsets = 1;

    template <class V>
    void fields(V& v) {
      v.field("PartitionIndex", partition_index);
      v.field("CurrentLeaderEpoch", current_leader_epoch, since(4));
      v.field("Timestamp", timestamp);
      v.field("MaxNumOffsets", max_num_offsets, between(0, 0));
    }
  };
  struct ListOffsetsTopic {
    std::string name{};
    std::vector<ListOffsetsPartition> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("Partitions", partitions);
    }
  };

  int32_t replica_id = 0;
  int8_t isolation_level = 0;
  std::vector<ListOffsetsTopic> topics{};

  template <class V>
  void fields(V& v) {
    v.field("ReplicaId", replica_id);
    v.field("IsolationLevel", isolation_level, since(2));
    v.field("Topics", topics);
  }
};

struct ListOffsetsResponse {
  static constexpr std::string_view kName = "ListOffsetsResponse";
  static constexpr ApiKey kApiKey = ApiKey::kListOffsets;
  static constexpr VersionRange kVersions{0, 9};
  static constexpr int16_t kFlexibleSince = 6;

  struct ListOffsetsPartitionResponse {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::vector<int64_t> old_style_offsets{};
    int64_t timestamp = -1;
    int64_t offset = -1;
    int32_t leader_epoch = -1;

    template <class V>
    void fields(V& v) {
      v.field("PartitionIndex", partition_index);
      v.field("ErrorCode", error_code);
      v.field("OldStyleOffsets", old_style_offsets, between(0, 0));
      v.field("Timestamp", timestamp, since(1));
      v.field("Offset", offset, since(1));
      v.field("LeaderEpoch", leader_epoch, since(4));
    }
  };
  struct ListOffsetsTopicResponse {
    std::string name{};
    std::vector<ListOffsetsPartitionResponse> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("Partitions", partitions);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<ListOffsetsTopicResponse> topics{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms, since(2));
    v.field("Topics", topics);
  }
};

}  // namespace tenon::wire
