// SPDX-License-Identifier: Apache-2.0
//
// Produce (API key 0): append record batches to partitions. The advertised range begins at 0,
// because librdkafka looks for version 0 before it compresses but versions 0 to 2 are answered with
// UNSUPPORTED_VERSION, so the description begins at 3. The records of a request are views into the
// frame that it was decoded from; the frame must outlive the request.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "wire/schema.h"

namespace tenon::wire {

struct ProduceRequest {
  static constexpr std::string_view kName = "ProduceRequest";
  static constexpr ApiKey kApiKey = ApiKey::kProduce;
  static constexpr VersionRange kVersions{3, 11};
  static constexpr int16_t kFlexibleSince = 9;
  using Input = MutableBytes;

  struct PartitionProduceData {
    int32_t index = 0;
    std::optional<MutableBytes> records{};

    template <class V>
    void fields(V& v) {
      v.field("Index", index);
      v.field("Records", records, since(0).nullable());
    }
  };
  struct TopicProduceData {
    std::string name{};
    std::vector<PartitionProduceData> partition_data{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("PartitionData", partition_data);
    }
  };

  std::optional<std::string> transactional_id{};
  int16_t acks = 0;
  int32_t timeout_ms = 0;
  std::vector<TopicProduceData> topic_data{};

  template <class V>
  void fields(V& v) {
    v.field("TransactionalId", transactional_id, since(3).nullable());
    v.field("Acks", acks);
    v.field("TimeoutMs", timeout_ms);
    v.field("TopicData", topic_data);
  }
};

struct ProduceResponse {
  static constexpr std::string_view kName = "ProduceResponse";
  static constexpr ApiKey kApiKey = ApiKey::kProduce;
  static constexpr VersionRange kVersions{3, 11};
  static constexpr int16_t kFlexibleSince = 9;

  struct BatchIndexAndErrorMessage {
    int32_t batch_index = 0;
    std::optional<std::string> batch_index_error_message{};

    template <class V>
    void fields(V& v) {
      v.field("BatchIndex", batch_index, since(8));
      v.field("BatchIndexErrorMessage", batch_index_error_message, since(8).nullable());
    }
  };
  struct LeaderIdAndEpoch {
    int32_t leader_id = -1;
    int32_t leader_epoch = -1;

    template <class V>
    void fields(V& v) {
      v.field("LeaderId", leader_id, since(10));
      v.field("LeaderEpoch", leader_epoch, since(10));
    }

    bool operator==(const LeaderIdAndEpoch&) const = default;
  };
  struct PartitionProduceResponse {
    int32_t index = 0;
    int16_t error_code = 0;
    int64_t base_offset = 0;
    int64_t log_append_time_ms = -1;
    int64_t log_start_offset = -1;
    std::vector<BatchIndexAndErrorMessage> record_errors{};
    std::optional<std::string> error_message{};
    LeaderIdAndEpoch current_leader{};

    template <class V>
    void fields(V& v) {
      v.field("Index", index);
      v.field("ErrorCode", error_code);
      v.field("BaseOffset", base_offset);
      v.field("LogAppendTimeMs", log_append_time_ms);
      v.field("LogStartOffset", log_start_offset, since(5));
      v.field("RecordErrors", record_errors, since(8));
      v.field("ErrorMessage", error_message, since(8).nullable());
      v.tagged(0, "CurrentLeader", current_leader, since(10));
    }
  };
  struct TopicProduceResponse {
    std::string name{};
    std::vector<PartitionProduceResponse> partition_responses{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("PartitionResponses", partition_responses);
    }
  };
  struct NodeEndpoint {
    int32_t node_id = 0;
    std::string host{};
    int32_t port = 0;
    std::optional<std::string> rack{};

    template <class V>
    void fields(V& v) {
      v.field("NodeId", node_id, since(10));
      v.field("Host", host, since(10));
      v.field("Port", port, since(10));
      v.field("Rack", rack, since(10).nullable());
    }
  };

  std::vector<TopicProduceResponse> responses{};
  int32_t throttle_time_ms = 0;
  std::vector<NodeEndpoint> node_endpoints{};

  template <class V>
  void fields(V& v) {
    v.field("Responses", responses);
    v.field("ThrottleTimeMs", throttle_time_ms);
    v.tagged(0, "NodeEndpoints", node_endpoints, since(10));
  }
};

}  // namespace tenon::wire
