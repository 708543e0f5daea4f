// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "controller/topics/topic_plans.h"

namespace tenon::controller {

namespace {

using metadata::Record;

// Plans the topics of one request, one after another.
class CreatePlanner {
 public:
  CreatePlanner(const PlanContext& context, const std::vector<NewTopic>& topics,
                const CreateTopicsOptions& options)
      : context_(context), topics_(topics), options_(options) {
    for (const NewTopic& topic : topics) ++times_named_[topic.name];
  }

  Plan<CreatedTopic> run() {
    if (auto few = check_partition_count(); !few) {
      plan_.results.assign(topics_.size(), std::unexpected(few.error()));
      return std::move(plan_);
    }
    for (const NewTopic& topic : topics_) plan_.results.push_back(plan_topic(topic));
    if (options_.validate_only) plan_.records.clear();
    return std::move(plan_);
  }

 private:
  Result<> check_partition_count() const;
  Result<CreatedTopic> plan_topic(const NewTopic& topic);
  Result<> check_name(const NewTopic& topic) const;
  Result<> check_sizes(const NewTopic& topic) const;
  Result<std::vector<Replicas>> choose_replicas(const NewTopic& topic) const;
  Result<std::vector<Replicas>> take_assignments(const NewTopic& topic) const;
  Result<Configs> take_configs(const NewTopic& topic) const;
  int32_t partitions_of(const NewTopic& topic) const;
  Uuid new_topic_id() const;
  void append_records(const CreatedTopic& topic, std::vector<Replicas> replicas);

  const PlanContext& context_;
  const std::vector<NewTopic>& topics_;
  const CreateTopicsOptions& options_;
  std::map<std::string, int, std::less<>> times_named_;
  // Names that this request makes, with '.' as '_': they collide with each other, too.
  std::set<std::string> metric_names_;
  Plan<CreatedTopic> plan_;
};

int32_t CreatePlanner::partitions_of(const NewTopic& topic) const {
  if (!topic.assignments.empty()) return static_cast<int32_t>(topic.assignments.size());
  return topic.partitions == -1 ? context_.policy.default_partitions : topic.partitions;
}

Result<> CreatePlanner::check_partition_count() const {
  const int64_t total = std::accumulate(topics_.begin(), topics_.end(), int64_t{0},
                                        [this](int64_t sum, const NewTopic& topic) {
                                          return sum + std::max(partitions_of(topic), 0);
                                        });
  if (total <= context_.policy.partitions_per_request_max) return {};
  return fail(Errc::kPolicyViolation, "",
              fmt::format("The request asks for {} partitions, and one request may make {}", total,
                          context_.policy.partitions_per_request_max));
}

Result<CreatedTopic> CreatePlanner::plan_topic(const NewTopic& topic) {
  if (auto ok = check_name(topic); !ok) return forward(ok);
  if (auto ok = check_sizes(topic); !ok) return forward(ok);
  auto replicas = topic.assignments.empty() ? choose_replicas(topic) : take_assignments(topic);
  if (!replicas) return forward(replicas);
  auto configs = take_configs(topic);
  if (!configs) return forward(configs);
  CreatedTopic created{.name = topic.name,
                       .id = {},
                       .partitions = static_cast<int32_t>(replicas->size()),
                       .replication_factor = static_cast<int32_t>(replicas->front().size()),
                       .configs = std::move(*configs)};
  std::string metric_name = topic.name;
  std::ranges::replace(metric_name, '.', '_');
  metric_names_.insert(std::move(metric_name));
  if (options_.validate_only) return created;
  created.id = new_topic_id();
  append_records(created, std::move(*replicas));
  return created;
}

Result<> CreatePlanner::check_name(const NewTopic& topic) const {
  if (times_named_.find(topic.name)->second > 1)
    return fail(Errc::kInvalidRequest, "", "Duplicate topic name: the request makes it twice");
  if (auto ok = check_topic_name(topic.name); !ok) return ok;
  if (context_.image.find(std::string_view(topic.name)))
    return fail(Errc::kTopicAlreadyExists, "",
                fmt::format("Topic '{}' already exists", topic.name));
  if (!options_.internal && metadata::is_internal_topic(topic.name))
    return fail(
        Errc::kInvalidTopic, "",
        fmt::format("Topic '{}' is internal: the broker makes it when it is needed", topic.name));
  std::string metric_name = topic.name;
  std::ranges::replace(metric_name, '.', '_');
  const auto* colliding = context_.image.find_colliding(topic.name);
  if (!colliding && !metric_names_.contains(metric_name)) return {};
  return fail(Errc::kInvalidTopic, "",
              fmt::format("Topic '{}' collides with the topic '{}': names must differ in more than "
                          "'.' and '_'",
                          topic.name, colliding ? colliding->name : metric_name));
}

Result<> CreatePlanner::check_sizes(const NewTopic& topic) const {
  if (!topic.assignments.empty()) {
    if (topic.partitions == -1 && topic.replication_factor == -1) return {};
    return fail(Errc::kInvalidRequest, "",
                "With a manual partition assignment, the number of partitions and the replication "
                "factor must be -1");
  }
  if (topic.partitions == 0 || topic.partitions < -1)
    return fail(Errc::kInvalidPartitions, "",
                fmt::format("The number of partitions is {}; it must be above 0, or -1 for the "
                            "default",
                            topic.partitions));
  if (topic.replication_factor == 0 || topic.replication_factor < -1)
    return fail(
        Errc::kInvalidReplicationFactor, "",
        fmt::format("The replication factor is {}; it must be above 0, or -1 for the default",
                    topic.replication_factor));
  return {};
}

Result<std::vector<Replicas>> CreatePlanner::choose_replicas(const NewTopic& topic) const {
  const int32_t factor = topic.replication_factor == -1 ? context_.policy.default_replication_factor
                                                        : topic.replication_factor;
  return place_replicas(
      context_.image,
      {.first_partition = 0, .partitions = partitions_of(topic), .replication_factor = factor},
      context_.random);
}

Result<std::vector<Replicas>> CreatePlanner::take_assignments(const NewTopic& topic) const {
  const auto refuse = [](std::string detail) {
    return fail(Errc::kInvalidReplicaAssignment, "", detail);
  };
  std::vector<Replicas> replicas(topic.assignments.size());
  for (const ReplicaAssignment& assignment : topic.assignments) {
    if (assignment.partition < 0 || std::cmp_greater_equal(assignment.partition, replicas.size()))
      return refuse("The partitions of a manual assignment must be consecutive from 0");
    Replicas& slot = replicas[static_cast<size_t>(assignment.partition)];
    if (!slot.empty())
      return refuse(fmt::format("Partition {} is assigned twice", assignment.partition));
    if (auto ok = check_replicas(context_.image, assignment.partition, assignment.replicas); !ok)
      return forward(ok);
    slot = assignment.replicas;
  }
  const size_t factor = replicas.front().size();
  if (!std::ranges::all_of(replicas, [factor](const Replicas& r) { return r.size() == factor; }))
    return refuse("All partitions of a manual assignment must have the same number of replicas");
  return replicas;
}

Result<Configs> CreatePlanner::take_configs(const NewTopic& topic) const {
  Configs configs;
  for (const auto& [name, value] : topic.configs) {
    if (!value)
      return fail(Errc::kInvalidConfig, "",
                  fmt::format("Null value not supported for the topic config {}", name));
    configs.insert_or_assign(name, *value);
  }
  if (auto ok = check_configs(context_.policy, configs); !ok) return forward(ok);
  // Written down for good, so that another default never hides the records of this topic.
  configs.try_emplace(std::string(kStorageConfig), context_.policy.defaults.tenon_storage);
  return configs;
}

Uuid CreatePlanner::new_topic_id() const {
  for (;;) {
    const uint64_t high = context_.random.next();
    const Uuid id = Uuid::from_random(high, context_.random.next());
    if (!context_.image.find(id)) return id;
  }
}

void CreatePlanner::append_records(const CreatedTopic& topic, std::vector<Replicas> replicas) {
  auto& records = plan_.records;
  records.emplace_back(wire::TopicRecord{.name = topic.name, .topic_id = topic.id});
  for (size_t i = 0; i < replicas.size(); ++i) {
    const auto partition = new_partition(static_cast<int32_t>(i), std::move(replicas[i]));
    records.emplace_back(metadata::to_record(topic.id, partition));
  }
  for (const auto& [name, value] : topic.configs)
    records.emplace_back(metadata::config_record(topic.name, name, value));
}

}  // namespace

Plan<CreatedTopic> plan_create_topics(const PlanContext& context,
                                      const std::vector<NewTopic>& topics,
                                      const CreateTopicsOptions& options) {
  return CreatePlanner(context, topics, options).run();
}

}  // namespace tenon::controller
