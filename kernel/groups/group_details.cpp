// SPDX-License-Identifier: Apache-2.0

#include "groups/group_details.h"

#include <algorithm>

#include "groups/assignment/consumer_protocol.h"
#include "groups/table/group_queries.h"

namespace tenon::groups {
namespace {

// Topics that are gone have no name to be shown by.
std::vector<TopicPartition> named(const Partitions& partitions, const metadata::Image& image) {
  std::vector<TopicPartition> all;
  for (const IdPartition& one : partitions) {
    const metadata::TopicInfo* topic = image.find(one.topic);
    if (topic) all.push_back({topic->name, one.partition});
  }
  return all;
}

MemberDetails details_of(const ConsumerGroup& group, const ConsumerMember& member,
                         const metadata::Image& image) {
  const MemberWords& words = member.words;
  MemberDetails shown;
  shown.id = member.id;
  shown.instance_id = words.instance_id.value_or("");
  shown.client_id = words.client_id;
  shown.client_host = words.client_host;
  shown.protocol = words.classic ? "classic" : "consumer";
  shown.epoch = member.progress.epoch;
  shown.topics = words.topics;
  shown.regex = words.regex;
  shown.holds = named(member.progress.assigned, image);
  shown.gives_up = named(member.progress.revoking, image);
  for (const IdPartition& one :
       difference_of(group.target_of(member.id), member.progress.assigned)) {
    const ConsumerMember* holder = group.owner(one);
    const metadata::TopicInfo* topic = image.find(one.topic);
    if (!topic) continue;
    shown.awaits.push_back(
        {{topic->name, one.partition}, holder && holder != &member ? holder->id : ""});
  }
  if (member.progress.state == MemberState::kUnrevokedPartitions) {
    shown.pending = "revoke";
  } else if (member.progress.epoch < group.assignment_epoch()) {
    shown.pending = "heartbeat";
  }
  if (words.classic) shown.session_timeout_ms = words.classic->session_timeout_ms;
  shown.timeout_ms = words.rebalance_timeout_ms;
  return shown;
}

MemberDetails details_of(const Group& group, const Member& member, const metadata::Image& image) {
  MemberDetails shown;
  shown.id = member.id;
  shown.instance_id = member.instance_id.value_or("");
  shown.client_id = member.client_id;
  shown.client_host = member.client_host;
  shown.protocol = "classic";
  shown.epoch = group.generation();
  shown.timeout_ms = member.rebalance_timeout_ms;
  shown.session_timeout_ms = member.session_timeout_ms;
  if (group.is(GroupState::kPreparingRebalance) && !member.awaiting_join) shown.pending = "join";
  if (group.is(GroupState::kCompletingRebalance) && !member.awaiting_sync) shown.pending = "sync";
  if (group.protocol_type() != kConsumerProtocolType) return shown;
  const auto words = read_subscription(member.metadata(group.protocol_name().value_or("")), image);
  if (words) shown.topics = words->topics;
  const auto assigned = read_assignment(member.assignment, image);
  if (assigned) shown.holds = named(*assigned, image);
  return shown;
}

}  // namespace

void add_waits(GroupDetails& shown, const AssignedReport& report) {
  for (const auto& wait : report.waits) {
    const auto member = std::ranges::find(shown.members, wait.member_id, &MemberDetails::id);
    if (member != shown.members.end()) {
      member->awaits.push_back({wait.partition, wait.holder_id});
    }
  }
}

GroupDetails details_of(const Group& group, const metadata::Image& image) {
  GroupDetails shown;
  shown.id = group.id();
  shown.type = type_of(group);
  shown.state = state_name(group);
  if (group.consumer) {
    shown.epoch = group.consumer->epoch();
    shown.assignment_epoch = group.consumer->assignment_epoch();
    for (const auto& [id, member] : group.consumer->members()) {
      shown.members.push_back(details_of(*group.consumer, *member, image));
    }
    return shown;
  }
  shown.epoch = group.generation();
  shown.assignor = group.protocol_name().value_or("");
  shown.leader = group.leader().value_or("");
  for (const auto& [id, member] : group.members()) {
    shown.members.push_back(details_of(group, *member, image));
  }
  return shown;
}

}  // namespace tenon::groups
