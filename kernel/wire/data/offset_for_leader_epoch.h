// SPDX-License-Identifier: Apache-2.0
//
// OffsetForLeaderEpoch (API key 23): where an epoch ended, for truncation checks (KIP-101,
// KIP-320).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct OffsetForLeaderEpochRequest {
  static constexpr std::string_view kName = "OffsetForLeaderEpochRequest";
  static constexpr ApiKey kApiKey = ApiKey::kOffsetForLeaderEpoch;
  static constexpr VersionRange kVersions{0, 4};
  static constexpr int16_t kFlexibleSince = 4;

  struct OffsetForLeaderPartition {
    int32_t partition = 0;
    int32_t current_leader_epoch = -1;
    int32_t leader_epoch = 0;

    template <class V>
    void fields(V& v) {
      v.field("Partition", partition);
      v.field("CurrentLeaderEpoch", current_leader_epoch, since(2));
      v.field("LeaderEpoch", leader_epoch);
    }
  };
  struct OffsetForLeaderTopic {
    std::string topic{};
    std::vector<OffsetForLeaderPartition> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Topic", topic);
      v.field("Partitions", partitions);
    }
  };

  int32_t replica_id = -2;
  std::vector<OffsetForLeaderTopic> topics{};

  template <class V>
  void fields(V& v) {
    v.field("ReplicaId", replica_id, since(3));
    v.field("Topics", topics);
  }
};

struct OffsetForLeaderEpochResponse {
  static constexpr std::string_view kName = "OffsetForLeaderEpochResponse";
  static constexpr ApiKey kApiKey = ApiKey::kOffsetForLeaderEpoch;
  static constexpr VersionRange kVersions{0, 4};
  static constexpr int16_t kFlexibleSince = 4;

  struct EpochEndOffset {
    int16_t error_code = 0;
    int32_t partition = 0;
    int32_t leader_epoch = -1;
    int64_t end_offset = -1;

    template <class V>
    void fields(V& v) {
      v.field("ErrorCode", error_code);
      v.field("Partition", partition);
      v.field("LeaderEpoch", leader_epoch, since(1));
      v.field("EndOffset", end_offset);
    }
  };
  struct OffsetForLeaderTopicResult {
    std::string topic{};
    std::vector<EpochEndOffset> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Topic", topic);
      v.field("Partitions", partitions);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<OffsetForLeaderTopicResult> topics{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms, since(2));
    v.field("Topics", topics);
  }
};

}  // namespace tenon::wire
