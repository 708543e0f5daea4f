// SPDX-License-Identifier: Apache-2.0
//
// Sets of partitions by topic id, as the members of a group own them: sorted vectors, so that union
// and difference are one pass and a member of a large group takes twenty bytes a partition.
//
// Plain values and pure functions; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"

namespace tenon::groups {

// A partition of a topic, by the topic's id: a topic that is made again is another one.
struct IdPartition {
  Uuid topic;
  int32_t partition = 0;

  auto operator<=>(const IdPartition&) const = default;
};

// Ascending, each once. make_partitions() makes one of anything.
using Partitions = std::vector<IdPartition>;

Partitions make_partitions(std::vector<IdPartition> any);

bool contains(const Partitions& all, const IdPartition& one);
bool intersects(const Partitions& left, const Partitions& right);
bool is_subset(const Partitions& part, const Partitions& all);
Partitions union_of(const Partitions& left, const Partitions& right);
Partitions intersection_of(const Partitions& left, const Partitions& right);
// What is in `left` and not in `right`.
Partitions difference_of(const Partitions& left, const Partitions& right);

// Calls `each(topic id, partition numbers)` for every topic, in the order of the ids.
template <class F>
void for_each_topic(const Partitions& all, F each) {
  for (size_t from = 0; from < all.size();) {
    std::vector<int32_t> numbers;
    const Uuid topic = all[from].topic;
    for (; from < all.size() && all[from].topic == topic; ++from) {
      numbers.push_back(all[from].partition);
    }
    each(topic, std::move(numbers));
  }
}

// Between the set and the lists of {topic_id, partitions} that messages and records carry; the list
// types differ by name only.
template <class List>
Partitions from_wire(const List& topics) {
  std::vector<IdPartition> all;
  for (const auto& topic : topics) {
    for (const int32_t partition : topic.partitions) all.push_back({topic.topic_id, partition});
  }
  return make_partitions(std::move(all));
}
template <class List>
List to_wire(const Partitions& all) {
  List topics;
  for_each_topic(all, [&topics](const Uuid& id, std::vector<int32_t> partitions) {
    auto& topic = topics.emplace_back();
    topic.topic_id = id;
    topic.partitions = std::move(partitions);
  });
  return topics;
}

}  // namespace tenon::groups

template <>
struct std::hash<tenon::groups::IdPartition> {
  size_t operator()(const tenon::groups::IdPartition& one) const {
    return std::hash<tenon::Uuid>{}(one.topic) * 31 + static_cast<size_t>(one.partition);
  }
};
