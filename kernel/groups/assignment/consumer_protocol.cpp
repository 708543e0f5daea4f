// SPDX-License-Identifier: Apache-2.0

#include "groups/assignment/consumer_protocol.h"

#include <algorithm>
#include <utility>

#include "wire/codec.h"
#include "wire/records/consumer_protocol.h"

namespace tenon::groups {
namespace {

constexpr int16_t kNewestVersion = 3;

// The lists of {topic, partitions} of both messages differ by their types only.
template <class List>
Partitions by_id(const List& topics, const metadata::Image& image) {
  std::vector<IdPartition> all;
  for (const auto& topic : topics) {
    const metadata::TopicInfo* known = image.find(topic.topic);
    if (!known) continue;
    for (const int32_t partition : topic.partitions) {
      const bool exists = partition >= 0 && std::cmp_less(partition, known->partitions.size());
      if (exists) all.push_back({known->id, partition});
    }
  }
  return make_partitions(std::move(all));
}

template <class List>
List by_name(const Partitions& partitions, const metadata::Image& image) {
  List topics;
  for_each_topic(partitions, [&](const Uuid& id, std::vector<int32_t> numbers) {
    const metadata::TopicInfo* topic = image.find(id);
    if (!topic) return;
    auto& added = topics.emplace_back();
    added.topic = topic->name;
    added.partitions = std::move(numbers);
  });
  // As clients print them; ids are in no order that means anything.
  std::ranges::sort(topics, {}, [](const auto& topic) { return topic.topic; });
  return topics;
}

}  // namespace

Result<Subscription> read_subscription(ByteView metadata, const metadata::Image& image) {
  auto words = wire::decode_versioned<wire::ConsumerProtocolSubscription>(metadata);
  if (!words) return forward(words);
  Subscription read;
  read.version = std::min(load_be<int16_t>(metadata.data()), kNewestVersion);
  read.topics = std::move(words->topics);
  std::ranges::sort(read.topics);
  const auto twice = std::ranges::unique(read.topics);
  read.topics.erase(twice.begin(), twice.end());
  read.owned = by_id(words->owned_partitions, image);
  read.generation = words->generation_id;
  read.rack = words->rack_id.value_or("");
  return read;
}

Result<Partitions> read_assignment(ByteView assignment, const metadata::Image& image) {
  if (assignment.empty()) return Partitions{};
  auto words = wire::decode_versioned<wire::ConsumerProtocolAssignment>(assignment);
  if (!words) return forward(words);
  return by_id(words->assigned_partitions, image);
}

Bytes write_assignment(const Partitions& partitions, int16_t version,
                       const metadata::Image& image) {
  wire::ConsumerProtocolAssignment words;
  words.assigned_partitions = by_name<decltype(words.assigned_partitions)>(partitions, image);
  words.user_data = Bytes{};
  return wire::encode_versioned(std::move(words), std::min(version, kNewestVersion));
}

Bytes write_subscription(const std::vector<std::string>& topics, const Partitions& owned,
                         const metadata::Image& image) {
  wire::ConsumerProtocolSubscription words;
  words.topics = topics;
  words.owned_partitions = by_name<decltype(words.owned_partitions)>(owned, image);
  return wire::encode_versioned(std::move(words), 1);
}

}  // namespace tenon::groups
