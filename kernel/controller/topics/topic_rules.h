// SPDX-License-Identifier: Apache-2.0
//
// The rules that topics must keep, and where their replicas go. Pure functions over an image; any
// thread. Rules and error codes are Kafka's, the words are ours.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/random.h"
#include "config/topic_config.h"
#include "controller/requests.h"
#include "metadata/image.h"

namespace tenon::controller {

// What the operator decided about topics.
struct TopicPolicy {
  config::TopicConfig defaults;
  int32_t default_partitions = 1;
  int32_t default_replication_factor = 1;
  int32_t partitions_per_request_max = 10'000;
  bool delete_enabled = true;
  // A further check of a config that is valid in itself: is its storage loaded, its codec? May be
  // empty. Called on the controller's thread.
  std::function<Result<>(const config::TopicConfig&)> check_config;
};

using Replicas = std::vector<BrokerId>;

// The config that says which storage plugin holds a topic. It is fixed when the topic is made.
inline constexpr std::string_view kStorageConfig = "tenon.storage";

// kInvalidTopic unless the name is 1 to 249 of [a-zA-Z0-9._-], and neither "." nor "..".
Result<> check_topic_name(std::string_view name);

// kInvalidConfig unless these overrides are valid for a topic.
Result<> check_configs(const TopicPolicy& policy, const Configs& overrides);

// kInvalidReplicaAssignment unless the replicas are some, different, registered brokers.
Result<> check_replicas(const metadata::Image& image, int32_t partition, const Replicas& replicas);

struct PlacementRequest {
  int32_t first_partition = 0;
  int32_t partitions = 0;
  int32_t replication_factor = 1;
};
// Replicas for the partitions: leaders go around the brokers from a random one on, followers are
// the brokers after the leader. kInvalidReplicationFactor when there are too few brokers.
Result<std::vector<Replicas>> place_replicas(const metadata::Image& image,
                                             const PlacementRequest& request, Random& random);

// A new partition, led by the first replica, all in sync.
metadata::PartitionInfo new_partition(int32_t index, Replicas replicas);

}  // namespace tenon::controller
