// SPDX-License-Identifier: Apache-2.0
//
// Keys and values of the records of __consumer_offsets, in Kafka's format, version in front
// (encode_versioned). Key versions 0 and 1 are offsets, 2 is group metadata; a null value deletes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "wire/schema.h"

namespace tenon::wire {

struct GroupMetadataKey {
  static constexpr std::string_view kName = "GroupMetadataKey";
  static constexpr VersionRange kVersions{2, 2};
  static constexpr int16_t kFlexibleSince = kNeverFlexible;

  std::string group{};

  template <class V>
  void fields(V& v) {
    v.field("group", group);
  }
};

struct GroupMetadataValue {
  static constexpr std::string_view kName = "GroupMetadataValue";
  static constexpr VersionRange kVersions{0, 4};
  static constexpr int16_t kFlexibleSince = 4;

  struct MemberMetadata {
    std::string member_id{};
    std::optional<std::string> group_instance_id{};
    std::string client_id{};
    std::string client_host{};
    int32_t rebalance_timeout = -1;
    int32_t session_timeout = 0;
    Bytes subscription{};
    Bytes assignment{};

    template <class V>
    void fields(V& v) {
      v.field("memberId", member_id);
      v.field("groupInstanceId", group_instance_id, since(3).nullable());
      v.field("clientId", client_id);
      v.field("clientHost", client_host);
      v.field("rebalanceTimeout", rebalance_timeout, since(1));
      v.field("sessionTimeout", session_timeout);
      v.field("subscription", subscription);
      v.field("assignment", assignment);
    }
  };

  std::string protocol_type{};
  int32_t generation = 0;
  std::optional<std::string> protocol{""};
  std::optional<std::string> leader{""};
  int64_t current_state_timestamp = -1;
  std::vector<MemberMetadata> members{};

  template <class V>
  void fields(V& v) {
    v.field("protocolType", protocol_type);
    v.field("generation", generation);
    v.field("protocol", protocol, since(0).nullable());
    v.field("leader", leader, since(0).nullable());
    v.field("currentStateTimestamp", current_state_timestamp, since(2));
    v.field("members", members);
  }
};

struct OffsetCommitKey {
  static constexpr std::string_view kName = "OffsetCommitKey";
  static constexpr VersionRange kVersions{0, 1};
  static constexpr int16_t kFlexibleSince = kNeverFlexible;

  std::string group{};
  std::string topic{};
  int32_t partition = 0;

  template <class V>
  void fields(V& v) {
    v.field("group", group);
    v.field("topic", topic);
    v.field("partition", partition);
  }
};

struct OffsetCommitValue {
  static constexpr std::string_view kName = "OffsetCommitValue";
  static constexpr VersionRange kVersions{0, 4};
  static constexpr int16_t kFlexibleSince = 4;

  int64_t offset = 0;
  int32_t leader_epoch = -1;
  std::string metadata{};
  int64_t commit_timestamp = 0;
  int64_t expire_timestamp = -1;

  template <class V>
  void fields(V& v) {
    v.field("offset", offset);
    v.field("leaderEpoch", leader_epoch, since(3));
    v.field("metadata", metadata);
    v.field("commitTimestamp", commit_timestamp);
    v.field("expireTimestamp", expire_timestamp, between(1, 1));
  }
};

}  // namespace tenon::wire
