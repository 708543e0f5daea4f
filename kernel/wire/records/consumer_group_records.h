// SPDX-License-Identifier: Apache-2.0
//
// Keys and values of the records of __consumer_offsets that hold KIP-848 groups, in Kafka's format,
// version in front (encode_versioned). The version of a key says what the record is; a null value
// deletes.
//
//   3   ConsumerGroupMetadata                   the group and its epoch
//   4   ConsumerGroupPartitionMetadata          the topics that it saw; written by Kafka up to 4.0
//   5   ConsumerGroupMemberMetadata             a member and its subscription
//   6   ConsumerGroupTargetAssignmentMetadata   the epoch of the target assignment
//   7   ConsumerGroupTargetAssignmentMember     what a member is to have
//   8   ConsumerGroupCurrentMemberAssignment    what a member has, and its epoch
//   16  ConsumerGroupRegularExpression          the topics that an expression matched
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "wire/schema.h"

namespace tenon::wire {

struct ConsumerGroupMetadataKey {
  static constexpr std::string_view kName = "ConsumerGroupMetadataKey";
  static constexpr VersionRange kVersions{3, 3};
  static constexpr int16_t kFlexibleSince = kNeverFlexible;

  std::string group_id{};

  template <class V>
  void fields(V& v) {
    v.field("GroupId", group_id);
  }
};

struct ConsumerGroupMetadataValue {
  static constexpr std::string_view kName = "ConsumerGroupMetadataValue";
  static constexpr VersionRange kVersions{0, 0};
  static constexpr int16_t kFlexibleSince = 0;

  int32_t epoch = 0;
  int64_t metadata_hash = 0;  // of the subscribed topics; 0 in what Kafka 4.0 and older wrote

  template <class V>
  void fields(V& v) {
    v.field("Epoch", epoch);
    v.tagged(0, "MetadataHash", metadata_hash, since(0));
  }
};

struct ConsumerGroupPartitionMetadataKey {
  static constexpr std::string_view kName = "ConsumerGroupPartitionMetadataKey";
  static constexpr VersionRange kVersions{4, 4};
  static constexpr int16_t kFlexibleSince = kNeverFlexible;

  std::string group_id{};

  template <class V>
  void fields(V& v) {
    v.field("GroupId", group_id);
  }
};

struct ConsumerGroupPartitionMetadataValue {
  static constexpr std::string_view kName = "ConsumerGroupPartitionMetadataValue";
  static constexpr VersionRange kVersions{0, 0};
  static constexpr int16_t kFlexibleSince = 0;

  struct PartitionMetadata {
    int32_t partition = 0;
    std::vector<std::string> racks{};

    template <class V>
    void fields(V& v) {
      v.field("Partition", partition);
      v.field("Racks", racks);
    }
  };
  struct TopicMetadata {
    Uuid topic_id{};
    std::string topic_name{};
    int32_t num_partitions = 0;
    std::vector<PartitionMetadata> partition_metadata{};

    template <class V>
    void fields(V& v) {
      v.field("TopicId", topic_id);
      v.field("TopicName", topic_name);
      v.field("NumPartitions", num_partitions);
      v.field("PartitionMetadata", partition_metadata);
    }
  };

  std::vector<TopicMetadata> topics{};

  template <class V>
  void fields(V& v) {
    v.field("Topics", topics);
  }
};

struct ConsumerGroupMemberMetadataKey {
  static constexpr std::string_view kName = "ConsumerGroupMemberMetadataKey";
  static constexpr VersionRange kVersions{5, 5};
  static constexpr int16_t kFlexibleSince = kNeverFlexible;

  std::string group_id{};
  std::string member_id{};

  template <class V>
  void fields(V& v) {
    v.field("GroupId", group_id);
    v.field("MemberId", member_id);
  }
};

struct ConsumerGroupMemberMetadataValue {
  static constexpr std::string_view kName = "ConsumerGroupMemberMetadataValue";
  static constexpr VersionRange kVersions{0, 0};
  static constexpr int16_t kFlexibleSince = 0;

  struct ClassicProtocol {
    std::string name{};
    Bytes metadata{};

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("Metadata", metadata);
    }
  };
  struct ClassicMemberMetadata {
    int32_t session_timeout_ms = 0;
    std::vector<ClassicProtocol> supported_protocols{};

    template <class V>
    void fields(V& v) {
      v.field("SessionTimeoutMs", session_timeout_ms);
      v.field("SupportedProtocols", supported_protocols);
    }
  };

  std::optional<std::string> instance_id{""};
  std::optional<std::string> rack_id{""};
  std::string client_id{};
  std::string client_host{};
  std::vector<std::string> subscribed_topic_names{};
  std::optional<std::string> subscribed_topic_regex{""};
  int32_t rebalance_timeout_ms = -1;
  std::optional<std::string> server_assignor{""};
  // Of a member that takes part by the classic protocol.
  std::optional<ClassicMemberMetadata> classic_member_metadata{};

  template <class V>
  void fields(V& v) {
    v.field("InstanceId", instance_id, since(0).nullable());
    v.field("RackId", rack_id, since(0).nullable());
    v.field("ClientId", client_id);
    v.field("ClientHost", client_host);
    v.field("SubscribedTopicNames", subscribed_topic_names);
    v.field("SubscribedTopicRegex", subscribed_topic_regex, since(0).nullable());
    v.field("RebalanceTimeoutMs", rebalance_timeout_ms);
    v.field("ServerAssignor", server_assignor, since(0).nullable());
    v.tagged(0, "ClassicMemberMetadata", classic_member_metadata, since(0).nullable());
  }
};

struct ConsumerGroupTargetAssignmentMetadataKey {
  static constexpr std::string_view kName = "ConsumerGroupTargetAssignmentMetadataKey";
  static constexpr VersionRange kVersions{6, 6};
  static constexpr int16_t kFlexibleSince = kNeverFlexible;

  std::string group_id{};

  template <class V>
  void fields(V& v) {
    v.field("GroupId", group_id);
  }
};

struct ConsumerGroupTargetAssignmentMetadataValue {
  static constexpr std::string_view kName = "ConsumerGroupTargetAssignmentMetadataValue";
  static constexpr VersionRange kVersions{0, 0};
  static constexpr int16_t kFlexibleSince = 0;

  int32_t assignment_epoch = 0;

  template <class V>
  void fields(V& v) {
    v.field("AssignmentEpoch", assignment_epoch);
  }
};

struct ConsumerGroupTargetAssignmentMemberKey {
  static constexpr std::string_view kName = "ConsumerGroupTargetAssignmentMemberKey";
  static constexpr VersionRange kVersions{7, 7};
  static constexpr int16_t kFlexibleSince = kNeverFlexible;

  std::string group_id{};
  std::string member_id{};

  template <class V>
  void fields(V& v) {
    v.field("GroupId", group_id);
    v.field("MemberId", member_id);
  }
};

struct ConsumerGroupTargetAssignmentMemberValue {
  static constexpr std::string_view kName = "ConsumerGroupTargetAssignmentMemberValue";
  static constexpr VersionRange kVersions{0, 0};
  static constexpr int16_t kFlexibleSince = 0;

  struct TopicPartition {
    Uuid topic_id{};
    std::vector<int32_t> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("TopicId", topic_id);
      v.field("Partitions", partitions);
    }
  };

  std::vector<TopicPartition> topic_partitions{};

  template <class V>
  void fields(V& v) {
    v.field("TopicPartitions", topic_partitions);
  }
};

struct ConsumerGroupCurrentMemberAssignmentKey {
  static constexpr std::string_view kName = "ConsumerGroupCurrentMemberAssignmentKey";
  static constexpr VersionRange kVersions{8, 8};
  static constexpr int16_t kFlexibleSince = kNeverFlexible;

  std::string group_id{};
  std::string member_id{};

  template <class V>
  void fields(V& v) {
    v.field("GroupId", group_id);
    v.field("MemberId", member_id);
  }
};

struct ConsumerGroupCurrentMemberAssignmentValue {
  static constexpr std::string_view kName = "ConsumerGroupCurrentMemberAssignmentValue";
  static constexpr VersionRange kVersions{0, 0};
  static constexpr int16_t kFlexibleSince = 0;

  // Values of state: Kafka's MemberState.
  static constexpr int8_t kStable = 0;
  static constexpr int8_t kUnrevokedPartitions = 1;
  static constexpr int8_t kUnreleasedPartitions = 2;
  static constexpr int8_t kUnknownState = 127;

  struct TopicPartitions {
    Uuid topic_id{};
    std::vector<int32_t> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("TopicId", topic_id);
      v.field("Partitions", partitions);
    }
  };

  int32_t member_epoch = 0;
  int32_t previous_member_epoch = 0;
  int8_t state = 0;
  std::vector<TopicPartitions> assigned_partitions{};
  std::vector<TopicPartitions> partitions_pending_revocation{};

  template <class V>
  void fields(V& v) {
    v.field("MemberEpoch", member_epoch);
    v.field("PreviousMemberEpoch", previous_member_epoch);
    v.field("State", state);
    v.field("AssignedPartitions", assigned_partitions);
    v.field("PartitionsPendingRevocation", partitions_pending_revocation);
  }
};

struct ConsumerGroupRegularExpressionKey {
  static constexpr std::string_view kName = "ConsumerGroupRegularExpressionKey";
  static constexpr VersionRange kVersions{16, 16};
  static constexpr int16_t kFlexibleSince = kNeverFlexible;

  std::string group_id{};
  std::string regular_expression{};

  template <class V>
  void fields(V& v) {
    v.field("GroupId", group_id);
    v.field("RegularExpression", regular_expression);
  }
};

struct ConsumerGroupRegularExpressionValue {
  static constexpr std::string_view kName = "ConsumerGroupRegularExpressionValue";
  static constexpr VersionRange kVersions{0, 0};
  static constexpr int16_t kFlexibleSince = 0;

  std::vector<std::string> topics{};
  int64_t version = 0;    // of the metadata image that was searched
  int64_t timestamp = 0;  // when, in ms since the epoch

  template <class V>
  void fields(V& v) {
    v.field("Topics", topics);
    v.field("Version", version);
    v.field("Timestamp", timestamp);
  }
};

}  // namespace tenon::wire
