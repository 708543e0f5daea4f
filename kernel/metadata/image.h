// SPDX-License-Identifier: Apache-2.0
//
// The cluster as an immutable image: topics, their partitions and configs, brokers, the configs of
// groups, the next producer id, and the journal position it stands for. The controller makes a new
// image of each committed change (delta.h) and hands it to the shards; handlers read it.
//
// An Image never changes after it was made, so any thread may read it and hold it by shared_ptr.
// New images share with old ones all that did not change: one changed topic among 10,000 costs
// microseconds. Pointers and references into an image live as long as the image.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "metadata/chunked_map.h"

namespace tenon::metadata {

inline constexpr BrokerId kNoBroker{-1};
inline constexpr std::string_view kGroupOffsetsTopic = "__consumer_offsets";
inline constexpr std::string_view kTransactionStateTopic = "__transaction_state";

// Is `name` one of the topics that brokers keep for themselves?
bool is_internal_topic(std::string_view name);

struct PartitionInfo {
  int32_t index = 0;
  BrokerId leader = kNoBroker;  // kNoBroker = none now
  LeaderEpoch leader_epoch{0};
  int32_t partition_epoch = 0;     // counts the changes of this partition
  std::vector<BrokerId> replicas;  // the preferred leader first
  std::vector<BrokerId> isr;

  bool operator==(const PartitionInfo&) const = default;
};

struct TopicInfo {
  std::string name;
  Uuid id;  // never zero; a topic that is deleted and made again has another
  std::vector<PartitionInfo> partitions;       // partitions[i].index == i
  std::map<std::string, std::string> configs;  // only what was set for this topic, in Kafka's names
  bool internal = false;

  bool operator==(const TopicInfo&) const = default;
};

// What was set for one group (resource type GROUP). It need not have members, or ever have had.
struct GroupConfigs {
  std::string group_id;
  std::map<std::string, std::string> configs;  // in Kafka's names; not empty

  bool operator==(const GroupConfigs&) const = default;
};

struct BrokerInfo {
  BrokerId id = kNoBroker;
  std::string host;  // where clients reach it
  int32_t port = 0;
  std::optional<std::string> rack;
  int64_t epoch = -1;  // rises with each registration
  Uuid incarnation;    // of the process that registered

  bool operator==(const BrokerInfo&) const = default;
};

// The orders of the maps below.
struct TopicsByName {
  static std::string_view key(const TopicInfo& topic) { return topic.name; }
  static bool less(std::string_view a, std::string_view b) { return a < b; }
};
struct TopicsById {
  static const Uuid& key(const TopicInfo& topic) { return topic.id; }
  static bool less(const Uuid& a, const Uuid& b) { return a < b; }
};
// Names that differ only in '.' and '_' are equal here: metrics cannot tell them apart, so Kafka
// refuses the second of them.
struct TopicsByMetricName {
  static std::string_view key(const TopicInfo& topic) { return topic.name; }
  static bool less(std::string_view a, std::string_view b);
};
struct GroupsById {
  static std::string_view key(const GroupConfigs& group) { return group.group_id; }
  static bool less(std::string_view a, std::string_view b) { return a < b; }
};

class Image {
 public:
  using Groups = ChunkedMap<GroupConfigs, GroupsById>;
  using Topics = ChunkedMap<TopicInfo, TopicsByName>;

  // An image without topics and brokers, at journal position 0.
  static std::shared_ptr<const Image> empty(std::string cluster_id);

  // The topic, or null.
  const TopicInfo* find(std::string_view name) const { return by_name_.find(name); }
  const TopicInfo* find(const Uuid& id) const { return by_id_.find(id); }
  // The same, to be kept longer than the image.
  std::shared_ptr<const TopicInfo> share(std::string_view name) const {
    return by_name_.share(name);
  }
  // The topic whose name equals `name` or differs from it only in '.' and '_', or null.
  const TopicInfo* find_colliding(std::string_view name) const {
    return by_metric_name_.find(name);
  }
  // All topics in the order of their names: `for (const TopicInfo& topic : image.topics())`.
  const Topics& topics() const { return by_name_; }

  // The configs of a group; empty for one that has none.
  const std::map<std::string, std::string>& group_configs(std::string_view group_id) const;
  // The groups that have configs, in the order of their ids.
  const Groups& groups() const { return groups_; }

  // In the order of their ids.
  const std::vector<BrokerInfo>& brokers() const { return brokers_; }
  const BrokerInfo* find_broker(BrokerId id) const;

  const std::string& cluster_id() const { return cluster_id_; }
  // The broker whose controller leads, and the epoch it was elected with; kNoBroker and 0 before.
  BrokerId controller() const { return controller_; }
  int32_t controller_epoch() const { return controller_epoch_; }
  // The first producer id that was never given out.
  int64_t next_producer_id() const { return next_producer_id_; }
  // The journal entry up to which everything is in this image.
  uint64_t index() const { return index_; }

 private:
  friend class Delta;
  Image() = default;

  Topics by_name_;
  ChunkedMap<TopicInfo, TopicsById> by_id_;
  ChunkedMap<TopicInfo, TopicsByMetricName> by_metric_name_;
  Groups groups_;
  std::vector<BrokerInfo> brokers_;
  std::string cluster_id_;
  BrokerId controller_ = kNoBroker;
  int32_t controller_epoch_ = 0;
  int64_t next_producer_id_ = 0;
  uint64_t index_ = 0;
};

}  // namespace tenon::metadata
