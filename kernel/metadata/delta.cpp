// SPDX-License-Identifier: Apache-2.0

#include "metadata/delta.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace tenon::metadata {

namespace {

std::unexpected<Error> contradiction(std::string_view detail) {
  return fail(Errc::kCorruptData, "metadata record", detail);
}

std::vector<BrokerId> broker_ids(const std::vector<int32_t>& numbers) {
  std::vector<BrokerId> out;
  out.reserve(numbers.size());
  for (const int32_t number : numbers) out.push_back(BrokerId{number});
  return out;
}

PartitionInfo to_partition(const wire::PartitionRecord& record) {
  return {.index = record.partition_id,
          .leader = BrokerId{record.leader},
          .leader_epoch = LeaderEpoch{record.leader_epoch},
          .partition_epoch = record.partition_epoch,
          .replicas = broker_ids(record.replicas),
          .isr = broker_ids(record.isr)};
}

}  // namespace

Delta::Delta(const Image& base)
    : next_(base),
      by_name_(base.by_name_),
      by_id_(base.by_id_),
      by_metric_name_(base.by_metric_name_),
      groups_(base.groups_) {}

Result<> Delta::replay(const Record& record) {
  return std::visit([this](const auto& message) { return replay_one(message); }, record);
}

Result<> Delta::replay(std::span<const Record> records) {
  for (const Record& record : records) {
    if (auto done = replay(record); !done) return done;
  }
  return {};
}

void Delta::set_controller(BrokerId controller, int32_t epoch) {
  next_.controller_ = controller;
  next_.controller_epoch_ = epoch;
}

std::shared_ptr<const Image> Delta::finish(uint64_t index) {
  next_.by_name_ = by_name_.finish();
  next_.by_id_ = by_id_.finish();
  next_.by_metric_name_ = by_metric_name_.finish();
  next_.groups_ = groups_.finish();
  next_.index_ = index;
  drafts_.clear();
  return std::make_shared<const Image>(std::move(next_));
}

Result<> Delta::replay_one(const wire::RegisterBrokerRecord& record) {
  BrokerInfo broker;
  broker.id = BrokerId{record.broker_id};
  broker.rack = record.rack;
  broker.epoch = record.broker_epoch;
  broker.incarnation = record.incarnation_id;
  if (!record.end_points.empty()) {
    broker.host = record.end_points.front().host;
    broker.port = record.end_points.front().port;
  }
  auto& brokers = next_.brokers_;
  const auto at = std::ranges::lower_bound(brokers, broker.id, {}, &BrokerInfo::id);
  if (at == brokers.end() || at->id != broker.id) {
    brokers.insert(at, std::move(broker));
    return {};
  }
  if (broker.epoch <= at->epoch)
    return contradiction(fmt::format("broker {} registers with epoch {} after epoch {}",
                                     broker.id.value, broker.epoch, at->epoch));
  *at = std::move(broker);
  return {};
}

Result<> Delta::replay_one(const wire::TopicRecord& record) {
  if (record.topic_id.is_zero())
    return contradiction(fmt::format("topic {} has no id", record.name));
  if (by_id_.find(record.topic_id) || by_metric_name_.find(std::string_view(record.name)))
    return contradiction(
        fmt::format("topic {} ({}) is made a second time, or beside a topic whose "
                    "name differs only in '.' and '_'",
                    record.name, record.topic_id.text()));
  auto topic = std::make_shared<TopicInfo>();
  topic->name = record.name;
  topic->id = record.topic_id;
  topic->internal = is_internal_topic(record.name);
  put(std::move(topic));
  return {};
}

Result<> Delta::replay_one(const wire::PartitionRecord& record) {
  const TopicInfo* topic = by_id_.find(record.topic_id);
  if (!topic)
    return contradiction(fmt::format("partition {} is of the unknown topic {}", record.partition_id,
                                     record.topic_id.text()));
  if (record.partition_id < 0 || std::cmp_greater(record.partition_id, topic->partitions.size()))
    return contradiction(fmt::format("partition {} of topic {} comes before partition {}",
                                     record.partition_id, topic->name, topic->partitions.size()));
  auto& partitions = edit(*topic).partitions;
  const auto index = static_cast<size_t>(record.partition_id);
  if (index == partitions.size()) {
    partitions.push_back(to_partition(record));
    return {};
  }
  if (record.partition_epoch <= partitions[index].partition_epoch ||
      record.leader_epoch < partitions[index].leader_epoch.value)
    return contradiction(fmt::format("an epoch of partition {}-{} goes back", topic->name, index));
  partitions[index] = to_partition(record);
  return {};
}

Result<> Delta::replay_one(const wire::ConfigRecord& record) {
  if (record.resource_type == kTopicResource) return replay_topic_config(record);
  if (record.resource_type != kGroupResource)
    return contradiction(
        fmt::format("config {} is for a resource of type {}, which this broker does "
                    "not know",
                    record.name, record.resource_type));
  replay_group_config(record);
  return {};
}

Result<> Delta::replay_topic_config(const wire::ConfigRecord& record) {
  const TopicInfo* topic = by_name_.find(std::string_view(record.resource_name));
  if (!topic)
    return contradiction(
        fmt::format("config {} is for the unknown topic {}", record.name, record.resource_name));
  TopicInfo& draft = edit(*topic);
  if (record.value) {
    draft.configs.insert_or_assign(record.name, *record.value);
  } else {
    draft.configs.erase(record.name);
  }
  return {};
}

// A group comes into being with its first config, and goes with the last.
void Delta::replay_group_config(const wire::ConfigRecord& record) {
  const GroupConfigs* before = groups_.find(std::string_view(record.resource_name));
  auto after = std::make_shared<GroupConfigs>();
  if (before) *after = *before;
  after->group_id = record.resource_name;
  if (record.value) {
    after->configs.insert_or_assign(record.name, *record.value);
  } else {
    after->configs.erase(record.name);
  }
  if (!after->configs.empty()) {
    groups_.put(std::move(after));
  } else if (before) {
    groups_.erase(std::string_view(record.resource_name));
  }
}

Result<> Delta::replay_one(const wire::RemoveTopicRecord& record) {
  const TopicInfo* topic = by_id_.find(record.topic_id);
  if (!topic)
    return contradiction(fmt::format("the unknown topic {} is removed", record.topic_id.text()));
  const std::string name = topic->name;
  by_name_.erase(std::string_view(name));
  by_metric_name_.erase(std::string_view(name));
  by_id_.erase(record.topic_id);
  drafts_.erase(record.topic_id);
  return {};
}

Result<> Delta::replay_one(const wire::ProducerIdsRecord& record) {
  if (record.next_producer_id < next_.next_producer_id_)
    return contradiction(fmt::format("the next producer id goes back from {} to {}",
                                     next_.next_producer_id_, record.next_producer_id));
  next_.next_producer_id_ = record.next_producer_id;
  return {};
}

TopicInfo& Delta::edit(const TopicInfo& topic) {
  const auto draft = drafts_.find(topic.id);
  if (draft != drafts_.end()) return *draft->second;
  auto copy = std::make_shared<TopicInfo>(topic);
  TopicInfo& editable = *copy;
  put(std::move(copy));
  return editable;
}

void Delta::put(std::shared_ptr<TopicInfo> topic) {
  by_name_.put(topic);
  by_id_.put(topic);
  by_metric_name_.put(topic);
  drafts_.insert_or_assign(topic->id, std::move(topic));
}

Result<std::shared_ptr<const Image>> apply(const Image& base, std::span<const Record> records,
                                           uint64_t index) {
  Delta delta(base);
  if (auto done = delta.replay(records); !done) return forward(done);
  return delta.finish(index);
}

}  // namespace tenon::metadata
