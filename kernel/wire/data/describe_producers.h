// SPDX-License-Identifier: Apache-2.0
//
// DescribeProducers (API key 61): the producers that a partition remembers (KIP-664).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/schema.h"

namespace tenon::wire {

struct DescribeProducersRequest {
  static constexpr std::string_view kName = "DescribeProducersRequest";
  static constexpr ApiKey kApiKey = ApiKey::kDescribeProducers;
  static constexpr VersionRange kVersions{0, 0};
  static constexpr int16_t kFlexibleSince = 0;

  struct TopicRequest {
    std::string name{};
    std::vector<int32_t> partition_indexes{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("PartitionIndexes", partition_indexes);
    }
  };

  std::vector<TopicRequest> topics{};

  template <class V>
  void fields(V& v) {
    v.field("Topics", topics);
  }
};

struct DescribeProducersResponse {
  static constexpr std::string_view kName = "DescribeProducersResponse";
  static constexpr ApiKey kApiKey = ApiKey::kDescribeProducers;
  static constexpr VersionRange kVersions{0, 0};
  static constexpr int16_t kFlexibleSince = 0;

  struct ProducerState {
    int64_t producer_id = 0;
    int32_t producer_epoch = 0;
    int32_t last_sequence = -1;
    int64_t last_timestamp = -1;
    int32_t coordinator_epoch = 0;
    int64_t current_txn_start_offset = -1;

    template <class V>
    void fields(V& v) {
      v.field("ProducerId", producer_id);
      v.field("ProducerEpoch", producer_epoch);
      v.field("LastSequence", last_sequence);
      v.field("LastTimestamp", last_timestamp);
      v.field("CoordinatorEpoch", coordinator_epoch);
      v.field("CurrentTxnStartOffset", current_txn_start_offset);
    }
  };
  struct PartitionResponse {
    int32_t partition_index = 0;
    int16_t error_code = 0;
    std::optional<std::string> error_message{};
    std::vector<ProducerState> active_producers{};

    template <class V>
    void fields(V& v) {
      v.field("PartitionIndex", partition_index);
      v.field("ErrorCode", error_code);
      v.field("ErrorMessage", error_message, since(0).nullable());
      v.field("ActiveProducers", active_producers);
    }
  };
  struct TopicResponse {
    std::string name{};
    std::vector<PartitionResponse> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("Partitions", partitions);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<TopicResponse> topics{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms);
    v.field("Topics", topics);
  }
};

}  // namespace tenon::wire
