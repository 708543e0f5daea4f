// SPDX-License-Identifier: Apache-2.0
//
// A consumer group as the kernel describes it to an assignor, and the same in the flat arrays of
// the ABI (tenon/assignor.h). Plain values; the names belong to the caller, and outlive the call.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "tenon/assignor.h"

namespace tenon::plugin {

// A partition by the number of its topic in AssignorGroup::topics.
struct GroupPartition {
  uint32_t topic = 0;
  uint32_t partition = 0;
};

struct GroupMember {
  std::string_view id;
  std::optional<std::string_view> instance_id = std::nullopt;  // of a static member
  std::string_view rack = {};                                  // "" = it does not say
  std::vector<uint32_t> topics = {};  // numbers in AssignorGroup::topics, in any order
  // What it says it reads, and since which generation. What is not there any more is passed over.
  std::vector<GroupPartition> owned = {};
  int32_t generation = -1;
};

struct GroupTopic {
  std::string_view name;
  Uuid id = {};
  uint32_t partitions = 0;
  std::vector<std::vector<std::string_view>> racks = {};  // of the replicas; empty = not known
};

struct AssignorGroup {
  std::vector<GroupMember> members;
  std::vector<GroupTopic> topics;
};

// The arrays of tn_assignor_input. Must not outlive the group.
class FlatGroup {
 public:
  explicit FlatGroup(const AssignorGroup& group);
  FlatGroup(const FlatGroup&) = delete;
  FlatGroup& operator=(const FlatGroup&) = delete;

  // Without what concerns time, which is left zero.
  const tn_assignor_input& input() const { return input_; }
  bool subscribes(uint32_t member, uint32_t topic) const;

 private:
  void add_members(const AssignorGroup& group);
  void add_topics(const AssignorGroup& group);
  void add_replicas(const GroupTopic& topic);
  // Two members may claim one partition, the older of which was fenced: the higher generation has
  // it, and of two with one generation neither.
  void settle_claims(const AssignorGroup& group);
  void settle(const GroupMember& member, int32_t number, std::vector<int32_t>& generation_of);
  int32_t rack_number(std::string_view name);

  std::vector<tn_bytes> ids_, instances_, names_, racks_;
  std::vector<int32_t> member_racks_, current_, replica_racks_;
  std::vector<uint32_t> subscription_at_, subscriptions_, partition_at_, replica_at_;
  std::vector<uint8_t> topic_ids_;
  tn_assignor_input input_{};
};

}  // namespace tenon::plugin
