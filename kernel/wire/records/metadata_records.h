// SPDX-License-Identifier: Apache-2.0
//
// Records of the metadata journal, in the layouts of Kafka's KRaft log. The frame around them
// (frame version, kRecordType, version, all unsigned varints) belongs to the controller.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "wire/schema.h"

namespace tenon::wire {

struct RegisterBrokerRecord {
  static constexpr std::string_view kName = "RegisterBrokerRecord";
  static constexpr int16_t kRecordType = 0;
  static constexpr VersionRange kVersions{0, 3};
  static constexpr int16_t kFlexibleSince = 0;

  struct BrokerEndpoint {
    std::string name{};
    std::string host{};
    uint16_t port = 0;
    int16_t security_protocol = 0;

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("Host", host);
      v.field("Port", port);
      v.field("SecurityProtocol", security_protocol);
    }
  };
  struct BrokerFeature {
    std::string name{};
    int16_t min_supported_version = 0;
    int16_t max_supported_version = 0;

    template <class V>
    void fields(V& v) {
      v.field("Name", name);
      v.field("MinSupportedVersion", min_supported_version);
      v.field("MaxSupportedVersion", max_supported_version);
    }
  };

  int32_t broker_id = 0;
  bool is_migrating_zk_broker = false;
  Uuid incarnation_id{};
  int64_t broker_epoch = 0;
  std::vector<BrokerEndpoint> end_points{};
  std::vector<BrokerFeature> features{};
  std::optional<std::string> rack{""};
  bool fenced = true;
  bool in_controlled_shutdown = false;
  std::vector<Uuid> log_dirs{};

  template <class V>
  void fields(V& v) {
    v.field("BrokerId", broker_id);
    v.field("IsMigratingZkBroker", is_migrating_zk_broker, since(2));
    v.field("IncarnationId", incarnation_id);
    v.field("BrokerEpoch", broker_epoch);
    v.field("EndPoints", end_points);
    v.field("Features", features);
    v.field("Rack", rack, since(0).nullable());
    v.field("Fenced", fenced);
    v.field("InControlledShutdown", in_controlled_shutdown, since(1));
    v.tagged(0, "LogDirs", log_dirs, since(3));
  }
};

struct TopicRecord {
  static constexpr std::string_view kName = "TopicRecord";
  static constexpr int16_t kRecordType = 2;
  static constexpr VersionRange kVersions{0, 0};
  static constexpr int16_t kFlexibleSince = 0;

  std::string name{};
  Uuid topic_id{};

  template <class V>
  void fields(V& v) {
    v.field("Name", name);
    v.field("TopicId", topic_id);
  }
};

struct PartitionRecord {
  static constexpr std::string_view kName = "PartitionRecord";
  static constexpr int16_t kRecordType = 3;
  static constexpr VersionRange kVersions{0, 2};
  static constexpr int16_t kFlexibleSince = 0;

  int32_t partition_id = -1;
  Uuid topic_id{};
  std::vector<int32_t> replicas{};
  std::vector<int32_t> isr{};
  std::vector<int32_t> removing_replicas{};
  std::vector<int32_t> adding_replicas{};
  int32_t leader = -1;
  int8_t leader_recovery_state = 0;
  int32_t leader_epoch = -1;
  int32_t partition_epoch = -1;
  std::vector<Uuid> directories{};
  std::optional<std::vector<int32_t>> eligible_leader_replicas{};
  std::optional<std::vector<int32_t>> last_known_elr{};

  template <class V>
  void fields(V& v) {
    v.field("PartitionId", partition_id);
    v.field("TopicId", topic_id);
    v.field("Replicas", replicas);
    v.field("Isr", isr);
    v.field("RemovingReplicas", removing_replicas);
    v.field("AddingReplicas", adding_replicas);
    v.field("Leader", leader);
    v.tagged(0, "LeaderRecoveryState", leader_recovery_state, since(0));
    v.field("LeaderEpoch", leader_epoch);
    v.field("PartitionEpoch", partition_epoch);
    v.field("Directories", directories, since(1));
    v.tagged(1, "EligibleLeaderReplicas", eligible_leader_replicas, since(2).nullable());
    v.tagged(2, "LastKnownElr", last_known_elr, since(2).nullable());
  }
};

struct ConfigRecord {
  static constexpr std::string_view kName = "ConfigRecord";
  static constexpr int16_t kRecordType = 4;
  static constexpr VersionRange kVersions{0, 0};
  static constexpr int16_t kFlexibleSince = 0;

  int8_t resource_type = 0;
  std::string resource_name{};
  std::string name{};
  std::optional<std::string> value{""};

  template <class V>
  void fields(V& v) {
    v.field("ResourceType", resource_type);
    v.field("ResourceName", resource_name);
    v.field("Name", name);
    v.field("Value", value, since(0).nullable());
  }
};

struct RemoveTopicRecord {
  static constexpr std::string_view kName = "RemoveTopicRecord";
  static constexpr int16_t kRecordType = 9;
  static constexpr VersionRange kVersions{0, 0};
  static constexpr int16_t kFlexibleSince = 0;

  Uuid topic_id{};

  template <class V>
  void fields(V& v) {
    v.field("TopicId", topic_id);
  }
};

struct ProducerIdsRecord {
  static constexpr std::string_view kName = "ProducerIdsRecord";
  static constexpr int16_t kRecordType = 15;
  static constexpr VersionRange kVersions{0, 0};
  static constexpr int16_t kFlexibleSince = 0;

  int32_t broker_id = 0;
  int64_t broker_epoch = -1;
  int64_t next_producer_id = 0;

  template <class V>
  void fields(V& v) {
    v.field("BrokerId", broker_id);
    v.field("BrokerEpoch", broker_epoch);
    v.field("NextProducerId", next_producer_id);
  }
};

}  // namespace tenon::wire
