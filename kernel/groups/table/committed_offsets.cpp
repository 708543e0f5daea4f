// SPDX-License-Identifier: Apache-2.0

#include "groups/table/committed_offsets.h"

#include "base/assert.h"

namespace tenon::groups {

void CommittedOffsets::set(const TopicPartition& partition, CommittedOffset offset) {
  auto [it, added] =
      topics_[partition.topic].insert_or_assign(partition.partition, std::move(offset));
  if (added) ++size_;
}

void CommittedOffsets::remove(const TopicPartition& partition) {
  const auto topic = topics_.find(partition.topic);
  if (topic == topics_.end()) return;
  size_ -= topic->second.erase(partition.partition);
  if (topic->second.empty()) topics_.erase(topic);
}

const CommittedOffset* CommittedOffsets::find(std::string_view topic, int32_t partition) const {
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return nullptr;
  const auto it = found->second.find(partition);
  return it == found->second.end() ? nullptr : &it->second;
}

void CommittedOffsets::end_commit(const TopicPartition& partition) {
  const auto it = pending_.find(partition);
  TN_ASSERT(it != pending_.end());
  if (--it->second == 0) pending_.erase(it);
}

std::vector<TopicPartition> CommittedOffsets::known() const {
  std::set<TopicPartition> all;
  for (const auto& [topic, partitions] : topics_) {
    for (const auto& [partition, offset] : partitions) all.insert({topic, partition});
  }
  for (const auto& [partition, count] : pending_) all.insert(partition);
  return {all.begin(), all.end()};
}

std::vector<TopicPartition> CommittedOffsets::known(std::string_view topic) const {
  std::vector<TopicPartition> all = known();
  std::erase_if(all, [topic](const TopicPartition& each) { return each.topic != topic; });
  return all;
}

}  // namespace tenon::groups
