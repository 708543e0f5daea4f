// SPDX-License-Identifier: Apache-2.0
//
// The blobs that consumers pass one another through JoinGroup and SyncGroup: what a member wants
// and what it gets. Never flexible; version in front (decode_versioned). Readers take newer
// versions for the newest they know, because fields are only ever added at the end.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "wire/schema.h"

namespace tenon::wire {

struct ConsumerProtocolSubscription {
  static constexpr std::string_view kName = "ConsumerProtocolSubscription";
  static constexpr VersionRange kVersions{0, 3};
  static constexpr int16_t kFlexibleSince = kNeverFlexible;
  static constexpr bool kForwardCompatible = true;

  struct TopicPartition {
    std::string topic{};
    std::vector<int32_t> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Topic", topic, since(1));
      v.field("Partitions", partitions, since(1));
    }
  };

  std::vector<std::string> topics{};
  std::optional<Bytes> user_data{};
  std::vector<TopicPartition> owned_partitions{};
  int32_t generation_id = -1;
  std::optional<std::string> rack_id{};

  template <class V>
  void fields(V& v) {
    v.field("Topics", topics);
    v.field("UserData", user_data, since(0).nullable());
    v.field("OwnedPartitions", owned_partitions, since(1));
    v.field("GenerationId", generation_id, since(2));
    v.field("RackId", rack_id, since(3).nullable());
  }
};

struct ConsumerProtocolAssignment {
  static constexpr std::string_view kName = "ConsumerProtocolAssignment";
  static constexpr VersionRange kVersions{0, 3};
  static constexpr int16_t kFlexibleSince = kNeverFlexible;
  static constexpr bool kForwardCompatible = true;

  struct TopicPartition {
    std::string topic{};
    std::vector<int32_t> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("Topic", topic);
      v.field("Partitions", partitions);
    }
  };

  std::vector<TopicPartition> assigned_partitions{};
  std::optional<Bytes> user_data{};

  template <class V>
  void fields(V& v) {
    v.field("AssignedPartitions", assigned_partitions);
    v.field("UserData", user_data, since(0).nullable());
  }
};

}  // namespace tenon::wire
