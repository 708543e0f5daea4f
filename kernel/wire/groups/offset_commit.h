// SPDX-License-Identifier: Apache-2.0
//
// OffsetCommit (API key 8): store how far a group has read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct OffsetCommitRequest {
  static constexpr std::string_view kName = "OffsetCommitRequest";
  static constexpr ApiKey kApiKey = ApiKey::kOffsetCommit;
  static constexpr VersionRange kVersions{0, 9};
  static constexpr int16_t kFlexibleSince = 8;

  struct OffsetCommitRequestPartition {
    int32_t partition_index = 0;
    int64_t committed_offset = 0;
    int32_t committed_leader_epoch = -1;
    int64_t commit_timestamp = -1;
    std::optional<std::string> committed_metadata{""};

    template <class V>
    void fields(V& v) {
      v.field("PartitionIndex", partition_index);
      v.field("CommittedOffset", committed_offset);
      v.field("CommittedLeaderEpoch", committed_leader_epoch, since(6));
      v.field("CommitTimestamp", commit_timestamp, between(1, 1));
      v.field("CommittedMetadata", committed_metadata, since(0).nullable());
    }
  };
  struct OffsetCommitRequestTopic {
    std::string name{};
    std::vector<OffsetCommitRequestPartition> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("Partitions", partitions);
    }
  };

  std::string group_id{};
  int32_t generation_id_or_member_epoch = -1;
  std::string member_id{};
  std::optional<std::string> group_instance_id{};
  int64_t retention_time_ms = -1;
  std::vector<OffsetCommitRequestTopic> topics{};

  template <class V>
  void fields(V& v) {
    v.field("GroupId", group_id);
    v.field("GenerationIdOrMemberEpoch", generation_id_or_member_epoch, since(1));
    v.field("MemberId", member_id, since(1));
    v.field("GroupInstanceId", group_instance_id, since(7).nullable());
    v.field("RetentionTimeMs", retention_time_ms, between(2, 4));
    v.field("Topics", topics);
  }
};

struct OffsetCommitResponse {
  static constexpr std::string_view kName = "OffsetCommitResponse";
  static constexpr ApiKey kApiKey = ApiKey::kOffsetCommit;
  static constexpr VersionRange kVersions{0, 9};
  static constexpr int16_t kFlexibleSince = 8;

  struct OffsetCommitResponsePartition {
    int32_t partition_index = 0;
    int16_t error_code = 0;

    template <class V>
    void fields(V& v) {
      v.field("PartitionIndex", partition_index);
      v.field("ErrorCode", error_code);
    }
  };
  struct OffsetCommitResponseTopic {
    std::string name{};
    std::vector<OffsetCommitResponsePartition> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("Partitions", partitions);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<OffsetCommitResponseTopic> topics{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms, since(3));
    v.field("Topics", topics);
  }
};

}  // namespace tenon::wire
