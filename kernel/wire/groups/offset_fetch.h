// SPDX-License-Identifier: Apache-2.0
//
// OffsetFetch (API key 9): how far a group has read; one group to version 7, many from version 8
// (KIP-709).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct OffsetFetchRequest {
  static constexpr std::string_view kName = "OffsetFetchRequest";
  static constexpr ApiKey kApiKey = ApiKey::kOffsetFetch;
  static constexpr VersionRange kVersions{0, 9};
  static constexpr int16_t kFlexibleSince = 6;

  struct OffsetFetchRequestTopic {
    std::string name{};
    std::vector<int32_t> partition_indexes{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name, between(0, 7));
      v.field("PartitionIndexes", partition_indexes, between(0, 7));
    }
  };
  struct OffsetFetchRequestTopics {
    std::string name{};
    std::vector<int32_t> partition_indexes{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name, since(8));
      v.field("PartitionIndexes", partition_indexes, since(8));
    }
  };
  struct OffsetFetchRequestGroup {
    std::string group_id{};
    std::optional<std::string> member_id{};
    int32_t member_epoch = -1;
    std::optional<std::vector<OffsetFetchRequestTopics>> topics{std::in_place};

    template <class V>
    void fields(V& v) {
      v.field("GroupId", group_id, since(8));
      v.field("MemberId", member_id, since(9).nullable());
      v.field("MemberEpoch", member_epoch, since(9));
      v.field("Topics", topics, since(8).nullable());
    }
  };

  std::string group_id{};
  std::optional<std::vector<OffsetFetchRequestTopic>> topics{std::in_place};
  std::vector<OffsetFetchRequestGroup> groups{};
  bool require_stable = false;

  template <class V>
  void fields(V& v) {
    v.field("GroupId", group_id, between(0, 7));
    v.field("Topics", topics, between(0, 7).nullable(2));
    v.field("Groups", groups, since(8));
    v.field("RequireStable", require_stable, since(7));
  }
};

struct OffsetFetchResponse {
  static constexpr std::string_view kName = "OffsetFetchResponse";
  static constexpr ApiKey kApiKey = ApiKey::kOffsetFetch;
  static constexpr VersionRange kVersions{0, 9};
  static constexpr int16_t kFlexibleSince = 6;

  struct OffsetFetchResponsePartition {
    int32_t partition_index = 0;
    int64_t committed_offset = 0;
    int32_t committed_leader_epoch = -1;
    std::optional<std::string> metadata{""};
    int16_t error_code = 0;

    template <class V>
    void fields(V& v) {
      v.field("PartitionIndex", partition_index, between(0, 7));
      v.field("CommittedOffset", committed_offset, between(0, 7));
      v.field("CommittedLeaderEpoch", committed_leader_epoch, between(5, 7));
      v.field("Metadata", metadata, between(0, 7).nullable());
      v.field("ErrorCode", error_code, between(0, 7));
    }
  };
  struct OffsetFetchResponseTopic {
    std::string name{};
    std::vector<OffsetFetchResponsePartition> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name, between(0, 7));
      v.field("Partitions", partitions, between(0, 7));
    }
  };
  struct OffsetFetchResponsePartitions {
    int32_t partition_index = 0;
    int64_t committed_offset = 0;
    int32_t committed_leader_epoch = -1;
    std::optional<std::string> metadata{""};
    int16_t error_code = 0;

    template <class V>
    void fields(V& v) {
      v.field("PartitionIndex", partition_index, since(8));
      v.field("CommittedOffset", committed_offset, since(8));
      v.field("CommittedLeaderEpoch", committed_leader_epoch, since(8));
      v.field("Metadata", metadata, since(8).nullable());
      v.field("ErrorCode", error_code, since(8));
    }
  };
  struct OffsetFetchResponseTopics {
    std::string name{};
    std::vector<OffsetFetchResponsePartitions> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name, since(8));
      v.field("Partitions", partitions, since(8));
    }
  };
  struct OffsetFetchResponseGroup {
    std::string group_id{};
    std::vector<OffsetFetchResponseTopics> topics{};
    int16_t error_code = 0;

    template <class V>
    void fields(V& v) {
      v.field("GroupId", group_id, since(8));
      v.field("Topics", topics, since(8));
      v.field("ErrorCode", error_code, since(8));
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<OffsetFetchResponseTopic> topics{};
  int16_t error_code = 0;
  std::vector<OffsetFetchResponseGroup> groups{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms, since(3));
    v.field("Topics", topics, between(0, 7));
    v.field("ErrorCode", error_code, between(2, 7));
    v.field("Groups", groups, since(8));
  }
};

}  // namespace tenon::wire
