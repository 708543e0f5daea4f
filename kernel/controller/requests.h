// SPDX-License-Identifier: Apache-2.0
//
// What the controller can be asked for, and what it answers. Plain values, in Kafka's words.
// Results stand in the order of what was asked: one for each.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/ids.h"

namespace tenon::controller {

// The replicas of one partition of a topic to be made, the preferred leader first.
struct ReplicaAssignment {
  int32_t partition = 0;
  std::vector<BrokerId> replicas;
};

struct NewTopic {
  std::string name;
  int32_t partitions = -1;          // -1 = the broker's default, or as many as `assignments`
  int32_t replication_factor = -1;  // -1 = the broker's default, or as in `assignments`
  std::vector<ReplicaAssignment> assignments;  // empty = the controller chooses
  std::vector<std::pair<std::string, std::optional<std::string>>> configs;
};

struct CreateTopicsOptions {
  bool validate_only = false;
  // Set by the broker's own rooms only: allows the names of internal topics.
  bool internal = false;
};

struct CreatedTopic {
  std::string name;
  Uuid id;  // zero after validate_only
  int32_t partitions = 0;
  int32_t replication_factor = 0;
  std::map<std::string, std::string> configs;  // those that were set
};

// By name, or by id when `name` is not given.
struct TopicToDelete {
  std::optional<std::string> name;
  Uuid id;
};

struct DeletedTopic {
  std::string name;
  Uuid id;
};

struct MorePartitions {
  std::string topic;
  int32_t count = 0;  // the new total
  // One list of replicas for each new partition; nullopt = the controller chooses.
  std::optional<std::vector<std::vector<BrokerId>>> assignments;
};

// AlterConfigOp.OpType of KIP-339.
enum class ConfigOp : int8_t { kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3 };

struct ConfigChange {
  std::string name;
  ConfigOp op = ConfigOp::kSet;
  std::optional<std::string> value;  // not needed for kDelete
};

struct TopicConfigChanges {
  std::string topic;
  std::vector<ConfigChange> changes;
  // Drop every config that `changes` does not set (AlterConfigs, in place of the incremental form).
  bool replace_all = false;
};

// As TopicConfigChanges, of a group, which need not be there.
struct GroupConfigChanges {
  std::string group_id;
  std::vector<ConfigChange> changes;
  bool replace_all = false;
};

// Kafka name -> text, as it was set.
using Configs = std::map<std::string, std::string>;

// The ids first, first+1, ..., first+count-1, given to nobody else, ever.
struct ProducerIdBlock {
  ProducerId first{-1};
  int32_t count = 0;
};

template <class T = void>
using Results = std::vector<Result<T>>;

}  // namespace tenon::controller
