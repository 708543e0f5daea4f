// SPDX-License-Identifier: Apache-2.0
//
// KIP-211: offsets that nobody needs any more leave the log.

#include "base/log.h"
#include "groups/offsets/offset_commits.h"

namespace tenon::groups {

void OffsetCommits::arm_expiry() {
  const std::chrono::milliseconds interval(parts_.config.offsets_retention_check_interval_ms);
  expiry_timer_.arm(interval, [this] {
    expire();
    arm_expiry();
  });
}

void OffsetCommits::expire() {
  for (const auto& [id, group] : parts_.table.groups()) expire_group(*group);
}

bool OffsetCommits::is_expired(const Group& group, const CommittedOffset& offset) const {
  const int64_t now_ms = parts_.now_ms();
  if (offset.expire_timestamp_ms) return now_ms >= *offset.expire_timestamp_ms;
  int64_t since_ms = offset.commit_timestamp_ms;
  // Members have been here: their offsets are kept from the day the last one left.
  if (group.protocol_type() && group.is(GroupState::kEmpty)) {
    since_ms = group.state_since_ms().value_or(since_ms);
  }
  return now_ms - since_ms >= parts_.config.offsets_retention_ms;
}

std::vector<TopicPartition> OffsetCommits::expired_offsets(const Group& group) const {
  std::vector<TopicPartition> expired;
  // While members come and go, or when it is not known what they read, everything is kept.
  const bool settled =
      group.is(GroupState::kEmpty) ||
      (group.is(GroupState::kStable) && group.protocol_type() == kConsumerProtocolType);
  if (!settled) return expired;
  for (const auto& [topic, partitions] : group.offsets.topics()) {
    if (group.is_subscribed_to(topic)) continue;
    for (const auto& [partition, offset] : partitions) {
      TopicPartition where{topic, partition};
      if (!group.offsets.is_pending(where) && is_expired(group, offset)) {
        expired.push_back(std::move(where));
      }
    }
  }
  return expired;
}

void OffsetCommits::expire_group(Group& group) {
  // A group that is being decided on is looked at next time.
  if (group.is(GroupState::kDead) || parts_.lanes.is_taken(group.id())) return;
  const std::vector<TopicPartition> expired = expired_offsets(group);
  std::vector<statemachine::Record> records;
  for (const TopicPartition& where : expired) {
    records.push_back(offset_tombstone(group.id(), where));
  }
  if (!records.empty()) log_info("group {}: {} offsets have expired", group.id(), records.size());
  const bool nothing_left = group.is_empty() && group.pending_count() == 0 &&
                            !group.offsets.has_pending() && expired.size() == group.offsets.size();
  if (nothing_left) {
    write_deletion(group, std::move(records), [](wire::ErrorCode) {});
  } else if (!records.empty()) {
    parts_.runtime.write(std::move(records), [](const Result<Offset>&) {});
  }
}

}  // namespace tenon::groups
