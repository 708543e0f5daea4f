// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "controller/topics/topic_plans.h"

namespace tenon::controller {

namespace {

using metadata::TopicInfo;

int32_t count_of(const TopicInfo& topic) {
  return static_cast<int32_t>(topic.partitions.size());
}

Result<> check_count(const TopicInfo& topic, const MorePartitions& request) {
  if (request.count > count_of(topic)) return {};
  return fail(Errc::kInvalidPartitions, "",
              fmt::format("The topic '{}' has {} partitions; {} would not be more", topic.name,
                          count_of(topic), request.count));
}

Result<std::vector<Replicas>> take_assignments(const PlanContext& context, const TopicInfo& topic,
                                               const MorePartitions& request) {
  const auto& assignments = *request.assignments;
  const auto added = static_cast<size_t>(request.count - count_of(topic));
  if (assignments.size() != added)
    return fail(Errc::kInvalidReplicaAssignment, "",
                fmt::format("{} partitions are added, but {} assignments are given", added,
                            assignments.size()));
  const size_t factor = topic.partitions.front().replicas.size();
  for (size_t i = 0; i < added; ++i) {
    const int32_t partition = count_of(topic) + static_cast<int32_t>(i);
    if (auto ok = check_replicas(context.image, partition, assignments[i]); !ok) return forward(ok);
    if (assignments[i].size() != factor)
      return fail(Errc::kInvalidReplicaAssignment, "",
                  fmt::format("Partition {} is given {} replicas, but the topic has {} of each",
                              partition, assignments[i].size(), factor));
  }
  return assignments;
}

Result<std::vector<Replicas>> choose_replicas(const PlanContext& context, const TopicInfo& topic,
                                              int32_t count) {
  const auto factor = static_cast<int32_t>(topic.partitions.front().replicas.size());
  return place_replicas(context.image,
                        {.first_partition = count_of(topic),
                         .partitions = count - count_of(topic),
                         .replication_factor = factor},
                        context.random);
}

Result<> plan_topic(const PlanContext& context, const MorePartitions& request,
                    std::vector<metadata::Record>& records) {
  const TopicInfo* topic = context.image.find(std::string_view(request.topic));
  if (!topic)
    return fail(Errc::kUnknownTopicOrPartition, "",
                fmt::format("There is no topic '{}'", request.topic));
  if (auto ok = check_count(*topic, request); !ok) return ok;
  auto replicas = request.assignments ? take_assignments(context, *topic, request)
                                      : choose_replicas(context, *topic, request.count);
  if (!replicas) return forward(replicas);
  int32_t index = count_of(*topic);
  for (Replicas& each : *replicas)
    records.emplace_back(metadata::to_record(topic->id, new_partition(index++, std::move(each))));
  return {};
}

// Before anything is allocated for them.
Result<> check_total(const PlanContext& context, const std::vector<MorePartitions>& topics) {
  int64_t total = 0;
  for (const MorePartitions& request : topics) {
    const TopicInfo* topic = context.image.find(std::string_view(request.topic));
    if (topic) total += std::max(request.count - count_of(*topic), 0);
  }
  if (total <= context.policy.partitions_per_request_max) return {};
  return fail(Errc::kPolicyViolation, "",
              fmt::format("The request asks for {} more partitions, and one request may make {}",
                          total, context.policy.partitions_per_request_max));
}

}  // namespace

Plan<> plan_create_partitions(const PlanContext& context, const std::vector<MorePartitions>& topics,
                              bool validate_only) {
  Plan<> plan;
  if (auto few = check_total(context, topics); !few) {
    plan.results.assign(topics.size(), few);
    return plan;
  }
  std::map<std::string_view, int> times_named;
  for (const MorePartitions& request : topics) ++times_named[request.topic];
  for (const MorePartitions& request : topics) {
    if (times_named[request.topic] > 1) {
      plan.results.push_back(
          fail(Errc::kInvalidRequest, "", "Duplicate topic name: the request names it twice"));
    } else {
      plan.results.push_back(plan_topic(context, request, plan.records));
    }
  }
  if (validate_only) plan.records.clear();
  return plan;
}

}  // namespace tenon::controller
