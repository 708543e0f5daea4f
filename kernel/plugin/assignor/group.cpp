// SPDX-License-Identifier: Apache-2.0
#include "plugin/assignor/group.h"

#include <algorithm>

#include "base/assert.h"

namespace tenon::plugin {

namespace {

tn_bytes bytes_of(std::string_view text) {
  // Null data would mean that there is none.
  const char* data = text.data() ? text.data() : "";
  return {reinterpret_cast<const uint8_t*>(data), text.size()};
}

void sort_unique(std::vector<uint32_t>& all, size_t from) {
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
  std::sort(begin, all.end());
  all.erase(std::unique(begin, all.end()), all.end());
}

uint32_t count_of(size_t n) {
  TN_ASSERT(n < INT32_MAX);
  return static_cast<uint32_t>(n);
}

}  // namespace

FlatGroup::FlatGroup(const AssignorGroup& group) {
  add_members(group);
  add_topics(group);
  settle_claims(group);
  input_.struct_size = sizeof input_;
  input_.n_members = count_of(ids_.size());
  input_.n_topics = count_of(names_.size());
  input_.n_partitions = count_of(current_.size());
  input_.n_racks = count_of(racks_.size());
  input_.member_ids = ids_.data();
  input_.instance_ids = instances_.data();
  input_.member_racks = member_racks_.data();
  input_.subscription_at = subscription_at_.data();
  input_.subscriptions = subscriptions_.data();
  input_.topic_names = names_.data();
  input_.topic_ids = topic_ids_.data();
  input_.partition_at = partition_at_.data();
  input_.current = current_.data();
  input_.replica_at = replica_racks_.empty() ? nullptr : replica_at_.data();
  input_.replica_racks = replica_racks_.data();
  input_.rack_names = racks_.data();
}

bool FlatGroup::subscribes(uint32_t member, uint32_t topic) const {
  const auto begin = subscriptions_.begin() + subscription_at_[member];
  return std::binary_search(begin, subscriptions_.begin() + subscription_at_[member + 1], topic);
}

void FlatGroup::add_members(const AssignorGroup& group) {
  for (const GroupMember& member : group.members) {
    ids_.push_back(bytes_of(member.id));
    instances_.push_back(member.instance_id ? bytes_of(*member.instance_id) : tn_bytes{});
    member_racks_.push_back(rack_number(member.rack));
    subscription_at_.push_back(count_of(subscriptions_.size()));
    for (const uint32_t topic : member.topics) {
      TN_ASSERT(topic < group.topics.size());
      subscriptions_.push_back(topic);
    }
    sort_unique(subscriptions_, subscription_at_.back());
  }
  subscription_at_.push_back(count_of(subscriptions_.size()));
}

void FlatGroup::add_topics(const AssignorGroup& group) {
  for (const GroupTopic& topic : group.topics) {
    names_.push_back(bytes_of(topic.name));
    topic_ids_.insert(topic_ids_.end(), topic.id.bytes.begin(), topic.id.bytes.end());
    partition_at_.push_back(count_of(current_.size()));
    current_.resize(current_.size() + topic.partitions, TN_NOBODY);
    add_replicas(topic);
  }
  partition_at_.push_back(count_of(current_.size()));
  replica_at_.push_back(count_of(replica_racks_.size()));
}

void FlatGroup::add_replicas(const GroupTopic& topic) {
  for (size_t partition = 0; partition < topic.partitions; ++partition) {
    const size_t first = replica_racks_.size();
    replica_at_.push_back(count_of(first));
    if (partition >= topic.racks.size()) continue;
    for (const std::string_view name : topic.racks[partition]) {
      if (const int32_t rack = rack_number(name); rack != TN_NO_RACK)
        replica_racks_.push_back(rack);
    }
    const auto begin = replica_racks_.begin() + static_cast<std::ptrdiff_t>(first);
    std::sort(begin, replica_racks_.end());
    replica_racks_.erase(std::unique(begin, replica_racks_.end()), replica_racks_.end());
  }
}

void FlatGroup::settle_claims(const AssignorGroup& group) {
  std::vector<int32_t> generation_of(current_.size(), INT32_MIN);
  for (size_t i = 0; i < group.members.size(); ++i)
    settle(group.members[i], static_cast<int32_t>(i), generation_of);
}

void FlatGroup::settle(const GroupMember& member, int32_t number,
                       std::vector<int32_t>& generation_of) {
  for (const GroupPartition& claim : member.owned) {
    if (claim.topic >= partition_at_.size() - 1) continue;
    const size_t at = size_t{partition_at_[claim.topic]} + claim.partition;
    if (at >= partition_at_[claim.topic + 1]) continue;
    if (member.generation < generation_of[at] || current_[at] == number) continue;
    const bool contested = member.generation == generation_of[at];
    current_[at] = contested ? TN_NOBODY : number;
    generation_of[at] = member.generation;
  }
}

// Racks are few, so a search beats a map.
int32_t FlatGroup::rack_number(std::string_view name) {
  if (name.empty()) return TN_NO_RACK;
  const auto it = std::ranges::find_if(racks_, [&](const tn_bytes& rack) {
    return std::string_view(reinterpret_cast<const char*>(rack.data), rack.len) == name;
  });
  if (it == racks_.end()) {
    racks_.push_back(bytes_of(name));
    return static_cast<int32_t>(racks_.size() - 1);
  }
  return static_cast<int32_t>(it - racks_.begin());
}

}  // namespace tenon::plugin
