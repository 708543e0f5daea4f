// SPDX-License-Identifier: Apache-2.0

#include "controller/topics/topic_rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace tenon::controller {

namespace {

constexpr size_t kTopicNameMax = 249;  // leaves room for "-<partition>.<suffix>" in a file name

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

Result<> check_topic_name(std::string_view name) {
  if (name.empty()) return fail(Errc::kInvalidTopic, "", "Topic name is invalid: it is empty");
  if (name == "." || name == "..")
    return fail(Errc::kInvalidTopic, "",
                fmt::format("Topic name is invalid: '{}' stands for a directory", name));
  if (name.size() > kTopicNameMax)
    return fail(Errc::kInvalidTopic, "",
                fmt::format("Topic name is invalid: it has {} characters, and {} are allowed",
                            name.size(), kTopicNameMax));
  if (!std::ranges::all_of(name, is_name_char))
    return fail(Errc::kInvalidTopic, "",
                fmt::format("Topic name is invalid: '{}' contains characters other than ASCII "
                            "letters and digits, '.', '_' and '-'",
                            name));
  return {};
}

Result<> check_configs(const TopicPolicy& policy, const Configs& overrides) {
  auto parsed = config::parse_topic_config(policy.defaults, overrides);
  if (!parsed) return forward(parsed);
  return policy.check_config ? policy.check_config(*parsed) : Result<>();
}

Result<> check_replicas(const metadata::Image& image, int32_t partition, const Replicas& replicas) {
  const auto refuse = [partition](std::string_view why) {
    return fail(Errc::kInvalidReplicaAssignment, "",
                fmt::format("The replicas given for partition {} {}", partition, why));
  };
  if (replicas.empty()) return refuse("are none");
  Replicas sorted = replicas;
  std::ranges::sort(sorted);
  const auto twice = std::ranges::adjacent_find(sorted);
  if (twice != sorted.end()) return refuse(fmt::format("name broker {} twice", twice->value));
  for (const BrokerId id : replicas) {
    if (!image.find_broker(id))
      return refuse(fmt::format("name broker {}, which is not registered", id.value));
  }
  return {};
}

Result<std::vector<Replicas>> place_replicas(const metadata::Image& image,
                                             const PlacementRequest& request, Random& random) {
  const auto& brokers = image.brokers();
  if (std::cmp_greater(request.replication_factor, brokers.size()))
    return fail(
        Errc::kInvalidReplicationFactor, "",
        fmt::format("A replication factor of {} needs as many brokers, and {} are registered",
                    request.replication_factor, brokers.size()));
  const uint64_t start = brokers.size() > 1 ? random.below(brokers.size()) : 0;
  std::vector<Replicas> placed(static_cast<size_t>(request.partitions));
  for (size_t i = 0; i < placed.size(); ++i) {
    const uint64_t leader = start + static_cast<uint64_t>(request.first_partition) + i;
    for (uint64_t r = 0; std::cmp_less(r, request.replication_factor); ++r)
      placed[i].push_back(brokers[(leader + r) % brokers.size()].id);
  }
  return placed;
}

metadata::PartitionInfo new_partition(int32_t index, Replicas replicas) {
  metadata::PartitionInfo partition;
  partition.index = index;
  partition.leader = replicas.front();
  partition.isr = replicas;
  partition.replicas = std::move(replicas);
  return partition;
}

}  // namespace tenon::controller
