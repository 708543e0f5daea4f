// SPDX-License-Identifier: Apache-2.0
//
// Fetch (API key 1): read record batches, in sessions (KIP-227), by topic id from version 13
// (KIP-516). The records of a response are payloads, which go from the log to the socket without
// being copied.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/payload.h"
#include "wire/schema.h"

namespace tenon::wire {

struct FetchRequest {
  static constexpr std::string_view kName = "FetchRequest";
  static constexpr ApiKey kApiKey = ApiKey::kFetch;
  static constexpr VersionRange kVersions{4, 16};
  static constexpr int16_t kFlexibleSince = 12;

  struct ReplicaState {
    int32_t replica_id = -1;
    int64_t replica_epoch = -1;

    template <class V>
    void fields(V& v) {
      v.field("ReplicaId", replica_id, since(15));
      v.field("ReplicaEpoch", replica_epoch, since(15));
    }

    bool operator==(const ReplicaState&) const = default;
  };
  struct FetchPartition {
    int32_t partition = 0;
    int32_t current_leader_epoch = -1;
    int64_t fetch_offset = 0;
    int32_t last_fetched_epoch = -1;
    int64_t log_start_offset = -1;
    int32_t partition_max_bytes = 0;

    template <class V>
    void fields(V& v) {
      v.field("Partition", partition);
      v.field("CurrentLeaderEpoch", current_leader_epoch, since(9));
      v.field("FetchOffset", fetch_offset);
      v.field("LastFetchedEpoch", last_fetched_epoch, since(12));
      v.field("LogStartOffset", log_start_offset, since(5));
      v.field("PartitionMaxBytes", partition_max_bytes);
    }
  };
  struct FetchTopic {
    std::string topic{};
    Uuid topic_id{};
    std::vector<FetchPartition> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Topic", topic, between(0, 12));
      v.field("TopicId", topic_id, since(13));
      v.field("Partitions", partitions);
    }
  };
  struct ForgottenTopic {
    std::string topic{};
    Uuid topic_id{};
    std::vector<int32_t> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Topic", topic, between(7, 12));
      v.field("TopicId", topic_id, since(13));
      v.field("Partitions", partitions, since(7));
    }
  };

  std::optional<std::string> cluster_id{};
  int32_t replica_id = -1;
  ReplicaState replica_state{};
  int32_t max_wait_ms = 0;
  int32_t min_bytes = 0;
  int32_t max_bytes = std::numeric_limits<int32_t>::max();
  int8_t isolation_level = 0;
  int32_t session_id = 0;
  int32_t session_epoch = -1;
  std::vector<FetchTopic> topics{};
  std::vector<ForgottenTopic> forgotten_topics_data{};
  std::string rack_id{};

  template <class V>
  void fields(V& v) {
    v.tagged(0, "ClusterId", cluster_id, since(12).nullable());
    v.field("ReplicaId", replica_id, between(0, 14));
    v.tagged(1, "ReplicaState", replica_state, since(15));
    v.field("MaxWaitMs", max_wait_ms);
    v.field("MinBytes", min_bytes);
    v.field("MaxBytes", max_bytes);
    v.field("IsolationLevel", isolation_level);
    v.field("SessionId", session_id, since(7));
    v.field("SessionEpoch", session_epoch, since(7));
    v.field("Topics", topics);
    v.field("ForgottenTopicsData", forgotten_topics_data, since(7));
    v.field("RackId", rack_id, since(11));
  }
};

struct FetchResponse {
  static constexpr std::string_view kName = "FetchResponse";
  static constexpr ApiKey kApiKey = ApiKey::kFetch;
  static constexpr VersionRange kVersions{4, 16};
  static constexpr int16_t kFlexibleSince = 12;

  struct EpochEndOffset {
    int32_t epoch = -1;
    int64_t end_offset = -1;

    template <class V>
    void fields(V& v) {
      v.field("Epoch", epoch, since(12));
      v.field("EndOffset", end_offset, since(12));
    }

    bool operator==(const EpochEndOffset&) const = default;
  };
  struct LeaderIdAndEpoch {
    int32_t leader_id = -1;
    int32_t leader_epoch = -1;

    template <class V>
    void fields(V& v) {
      v.field("LeaderId", leader_id, since(12));
      v.field("LeaderEpoch", leader_epoch, since(12));
    }

    bool operator==(const LeaderIdAndEpoch&) const = default;
  };
  struct SnapshotId {
    int64_t end_offset = -1;
    int32_t epoch = -1;

    template <class V>
    void fields(V& v) {
      v.field("EndOffset", end_offset);
      v.field("Epoch", epoch);
    }

    bool operator==(const SnapshotId&) const = default;
  };
  struct AbortedTransaction {
    int64_t producer_id = 0;
    int64_t first_offset = 0;

    template <class V>
    void fields(V& v) {
      v.field("ProducerId", producer_id);
      v.field("FirstOffset", first_offset);
    }
  };
  struct PartitionData {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    int64_t high_watermark = 0;
    int64_t last_stable_offset = -1;
    int64_t log_start_offset = -1;
    EpochEndOffset diverging_epoch{};
    LeaderIdAndEpoch current_leader{};
    SnapshotId snapshot_id{};
    std::optional<std::vector<AbortedTransaction>> aborted_transactions{std::in_place};
    int32_t preferred_read_replica = -1;
    std::optional<Payload> records{};

    template <class V>
    void fields(V& v) {
      v.field("PartitionIndex", partition_index);
      v.field("ErrorCode", error_code);
      v.field("HighWatermark", high_watermark);
      v.field("LastStableOffset", last_stable_offset);
      v.field("LogStartOffset", log_start_offset, since(5));
      v.tagged(0, "DivergingEpoch", diverging_epoch, since(12));
      v.tagged(1, "CurrentLeader", current_leader, since(12));
      v.tagged(2, "SnapshotId", snapshot_id, since(12));
      v.field("AbortedTransactions", aborted_transactions, since(4).nullable());
      v.field("PreferredReadReplica", preferred_read_replica, since(11));
      v.field("Records", records, since(0).nullable());
    }
  };
  struct FetchableTopicResponse {
    std::string topic{};
    Uuid topic_id{};
    std::vector<PartitionData> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Topic", topic, between(0, 12));
      v.field("TopicId", topic_id, since(13));
      v.field("Partitions", partitions);
    }
  };
  struct NodeEndpoint {
    int32_t node_id = 0;
    std::string host{};
    int32_t port = 0;
    std::optional<std::string> rack{};

    template <class V>
    void fields(V& v) {
      v.field("NodeId", node_id, since(16));
      v.field("Host", host, since(16));
      v.field("Port", port, since(16));
      v.field("Rack", rack, since(16).nullable());
    }
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  int32_t session_id = 0;
  std::vector<FetchableTopicResponse> responses{};
  std::vector<NodeEndpoint> node_endpoints{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms);
    v.field("ErrorCode", error_code, since(7));
    v.field("SessionId", session_id, since(7));
    v.field("Responses", responses);
    v.tagged(0, "NodeEndpoints", node_endpoints, since(16));
  }
};

}  // namespace tenon::wire
