// SPDX-License-Identifier: Apache-2.0
//
// ConsumerGroupHeartbeat (API key 68): the one request by which a member of a KIP-848 group joins,
// stays, changes its subscription, acknowledges its assignment and leaves. Version 1 lets the
// client choose the member id and subscribe by a regular expression.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "wire/schema.h"

namespace tenon::wire {

struct ConsumerGroupHeartbeatRequest {
  static constexpr std::string_view kName = "ConsumerGroupHeartbeatRequest";
  static constexpr ApiKey kApiKey = ApiKey::kConsumerGroupHeartbeat;
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int16_t kFlexibleSince = 0;

  // Values of member_epoch that are not epochs.
  static constexpr int32_t kJoin = 0;
  static constexpr int32_t kLeave = -1;
  static constexpr int32_t kLeaveToReturn = -2;  // a static member, which keeps its partitions

  struct TopicPartitions {
    Uuid topic_id{};
    std::vector<int32_t> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("TopicId", topic_id);
      v.field("Partitions", partitions);
    }
  };

  std::string group_id{};
  std::string member_id{};
  int32_t member_epoch = 0;
  // From here on null, or -1, says that nothing has changed since the last heartbeat.
  std::optional<std::string> instance_id{};
  std::optional<std::string> rack_id{};
  int32_t rebalance_timeout_ms = -1;
  std::optional<std::vector<std::string>> subscribed_topic_names{};
  std::optional<std::string> subscribed_topic_regex{};
  std::optional<std::string> server_assignor{};
  std::optional<std::vector<TopicPartitions>> topic_partitions{};  // what the member owns

  template <class V>
  void fields(V& v) {
    v.field("GroupId", group_id);
    v.field("MemberId", member_id);
    v.field("MemberEpoch", member_epoch);
    v.field("InstanceId", instance_id, since(0).nullable());
    v.field("RackId", rack_id, since(0).nullable());
    v.field("RebalanceTimeoutMs", rebalance_timeout_ms);
    v.field("SubscribedTopicNames", subscribed_topic_names, since(0).nullable());
    v.field("SubscribedTopicRegex", subscribed_topic_regex, since(1).nullable());
    v.field("ServerAssignor", server_assignor, since(0).nullable());
    v.field("TopicPartitions", topic_partitions, since(0).nullable());
  }
};

struct ConsumerGroupHeartbeatResponse {
  static constexpr std::string_view kName = "ConsumerGroupHeartbeatResponse";
  static constexpr ApiKey kApiKey = ApiKey::kConsumerGroupHeartbeat;
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int16_t kFlexibleSince = 0;

  struct TopicPartitions {
    Uuid topic_id{};
    std::vector<int32_t> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("TopicId", topic_id);
      v.field("Partitions", partitions);
    }
  };
  struct Assignment {
    std::vector<TopicPartitions> topic_partitions{};

    template <class V>
    void fields(V& v) {
      v.field("TopicPartitions", topic_partitions);
    }
  };

  int32_t throttle_time_ms = 0;
  int16_t error_code = 0;
  std::optional<std::string> error_message{};
  std::optional<std::string> member_id{};
  int32_t member_epoch = 0;
  int32_t heartbeat_interval_ms = 0;
  std::optional<Assignment> assignment{};  // null: as it was

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms);
    v.field("ErrorCode", error_code);
    v.field("ErrorMessage", error_message, since(0).nullable());
    v.field("MemberId", member_id, since(0).nullable());
    v.field("MemberEpoch", member_epoch);
    v.field("HeartbeatIntervalMs", heartbeat_interval_ms);
    v.field("Assignment", assignment, since(0).nullable());
  }
};

}  // namespace tenon::wire
