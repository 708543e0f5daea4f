// SPDX-License-Identifier: Apache-2.0
//
// ConsumerGroupDescribe (API key 69): state, epochs, members and assignments of KIP-848 groups.
// Version 1 says of each member by which protocol it takes part.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "wire/schema.h"

namespace tenon::wire {

struct ConsumerGroupDescribeRequest {
  static constexpr std::string_view kName = "ConsumerGroupDescribeRequest";
  static constexpr ApiKey kApiKey = ApiKey::kConsumerGroupDescribe;
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int16_t kFlexibleSince = 0;

  std::vector<std::string> group_ids{};
  bool include_authorized_operations = false;

  template <class V>
  void fields(V& v) {
    v.field("GroupIds", group_ids);
    v.field("IncludeAuthorizedOperations", include_authorized_operations);
  }
};

struct ConsumerGroupDescribeResponse {
  static constexpr std::string_view kName = "ConsumerGroupDescribeResponse";
  static constexpr ApiKey kApiKey = ApiKey::kConsumerGroupDescribe;
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int16_t kFlexibleSince = 0;

  // Values of member_type.
  static constexpr int8_t kUnknownMember = -1;
  static constexpr int8_t kClassicMember = 0;
  static constexpr int8_t kConsumerMember = 1;

  struct TopicPartitions {
    Uuid topic_id{};
    std::string topic_name{};
    std::vector<int32_t> partitions{};

    template <class V>
    void fields(V& v) {
      v.field("TopicId", topic_id);
      v.field("TopicName", topic_name);
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
  struct Member {
    std::string member_id{};
    std::optional<std::string> instance_id{};
    std::optional<std::string> rack_id{};
    int32_t member_epoch = 0;
    std::string client_id{};
    std::string client_host{};
    std::vector<std::string> subscribed_topic_names{};
    std::optional<std::string> subscribed_topic_regex{};
    Assignment assignment{};
    Assignment target_assignment{};
    int8_t member_type = kUnknownMember;

    template <class V>
    void fields(V& v) {
      v.field("MemberId", member_id);
      v.field("InstanceId", instance_id, since(0).nullable());
      v.field("RackId", rack_id, since(0).nullable());
      v.field("MemberEpoch", member_epoch);
      v.field("ClientId", client_id);
      v.field("ClientHost", client_host);
      v.field("SubscribedTopicNames", subscribed_topic_names);
      v.field("SubscribedTopicRegex", subscribed_topic_regex, since(0).nullable());
      v.field("Assignment", assignment);
      v.field("TargetAssignment", target_assignment);
      v.field("MemberType", member_type, since(1));
    }
  };
  struct DescribedGroup {
    int16_t error_code = 0;
    std::optional<std::string> error_message{};
    std::string group_id{};
    std::string group_state{};
    int32_t group_epoch = 0;
    int32_t assignment_epoch = 0;
    std::string assignor_name{};
    std::vector<Member> members{};
    int32_t authorized_operations = std::numeric_limits<int32_t>::min();

    template <class V>
    void fields(V& v) {
      v.field("ErrorCode", error_code);
      v.field("ErrorMessage", error_message, since(0).nullable());
      v.field("GroupId", group_id);
      v.field("GroupState", group_state);
      v.field("GroupEpoch", group_epoch);
      v.field("AssignmentEpoch", assignment_epoch);
      v.field("AssignorName", assignor_name);
      v.field("Members", members);
      v.field("AuthorizedOperations", authorized_operations);
    }
  };

  int32_t throttle_time_ms = 0;
  std::vector<DescribedGroup> groups{};

  template <class V>
  void fields(V& v) {
    v.field("ThrottleTimeMs", throttle_time_ms);
    v.field("Groups", groups);
  }
};

}  // namespace tenon::wire
