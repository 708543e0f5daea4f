// SPDX-License-Identifier: Apache-2.0
//
// The committed offsets of one group, and which partitions have a commit on its way into the log.
// Readers see an offset when its record is committed. A deletion must also name what is on its way,
// because that comes to lie before the deletion in the log. One thread; owned by Group.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace tenon::groups {

struct CommittedOffset {
  int64_t offset = -1;
  int32_t leader_epoch = -1;
  std::string metadata;
  int64_t commit_timestamp_ms = 0;
  // Set by clients that name a retention of their own (OffsetCommit versions 2 to 4).
  std::optional<int64_t> expire_timestamp_ms;

  bool operator==(const CommittedOffset&) const = default;
};

class CommittedOffsets {
 public:
  using Partitions = std::map<int32_t, CommittedOffset>;

  // From replay only.
  void set(const TopicPartition& partition, CommittedOffset offset);
  void remove(const TopicPartition& partition);

  // nullptr if the partition has none.
  const CommittedOffset* find(std::string_view topic, int32_t partition) const;
  const std::map<std::string, Partitions, std::less<>>& topics() const { return topics_; }
  size_t size() const { return size_; }

  void begin_commit(const TopicPartition& partition) { ++pending_[partition]; }
  void end_commit(const TopicPartition& partition);
  bool has_pending() const { return !pending_.empty(); }
  bool is_pending(const TopicPartition& partition) const { return pending_.contains(partition); }

  // Neither an offset nor one on its way.
  bool empty() const { return size_ == 0 && pending_.empty(); }
  // What a deletion must name: everything, or one topic's.
  std::vector<TopicPartition> known() const;
  std::vector<TopicPartition> known(std::string_view topic) const;

 private:
  std::map<std::string, Partitions, std::less<>> topics_;
  std::map<TopicPartition, int> pending_;
  size_t size_ = 0;
};

}  // namespace tenon::groups
