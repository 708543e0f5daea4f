// SPDX-License-Identifier: Apache-2.0

#include "groups/table/group_records.h"

#include <set>

#include "wire/codec.h"

namespace tenon::groups {
namespace {

constexpr int16_t kOffsetKeyVersion = 1;
constexpr int16_t kGroupKeyVersion = 2;
constexpr int16_t kOffsetValueVersion = 3;
constexpr int16_t kExpiringOffsetValueVersion = 1;
constexpr int16_t kGroupValueVersion = 3;

Bytes offset_key(const std::string& group_id, const TopicPartition& partition) {
  return wire::encode_versioned(
      wire::OffsetCommitKey{
          .group = group_id, .topic = partition.topic, .partition = partition.partition},
      kOffsetKeyVersion);
}

Bytes group_key(const std::string& group_id) {
  return wire::encode_versioned(wire::GroupMetadataKey{.group = group_id}, kGroupKeyVersion);
}

// Damage is damage of the log, whatever the decoder calls it.
std::unexpected<Error> corrupt(const Error& error) {
  return fail(Errc::kCorruptData, "a record of __consumer_offsets", error.text());
}

Result<Change> read_offset_change(const statemachine::CommittedRecord& record) {
  auto key = wire::decode_versioned<wire::OffsetCommitKey>(record.key);
  if (!key) return corrupt(key.error());
  OffsetChange change{.group_id = std::move(key->group),
                      .partition = {std::move(key->topic), key->partition},
                      .offset = std::nullopt};
  if (!record.value) return change;
  auto value = wire::decode_versioned<wire::OffsetCommitValue>(*record.value);
  if (!value) return corrupt(value.error());
  change.offset = CommittedOffset{.offset = value->offset,
                                  .leader_epoch = value->leader_epoch,
                                  .metadata = std::move(value->metadata),
                                  .commit_timestamp_ms = value->commit_timestamp,
                                  .expire_timestamp_ms = std::nullopt};
  if (value->expire_timestamp >= 0) change.offset->expire_timestamp_ms = value->expire_timestamp;
  return change;
}

bool has_distinct_members(const wire::GroupMetadataValue& value) {
  std::set<std::string_view> ids;
  std::set<std::string_view> instances;
  for (const auto& member : value.members) {
    if (!ids.insert(member.member_id).second) return false;
    if (member.group_instance_id && !instances.insert(*member.group_instance_id).second) {
      return false;
    }
  }
  return true;
}

Result<Change> read_group_change(const statemachine::CommittedRecord& record) {
  auto key = wire::decode_versioned<wire::GroupMetadataKey>(record.key);
  if (!key) return corrupt(key.error());
  GroupChange change{.group_id = std::move(key->group), .value = std::nullopt};
  if (!record.value) return change;
  auto value = wire::decode_versioned<wire::GroupMetadataValue>(*record.value);
  if (!value) return corrupt(value.error());
  if (!has_distinct_members(*value)) {
    return fail(Errc::kCorruptData, change.group_id, "its record names a member twice");
  }
  change.value = std::move(*value);
  return change;
}

std::unique_ptr<Member> restore_member(wire::GroupMetadataValue::MemberMetadata saved,
                                       const wire::GroupMetadataValue& group,
                                       Scheduler& scheduler) {
  auto member = std::make_unique<Member>(scheduler);
  member->id = std::move(saved.member_id);
  member->instance_id = std::move(saved.group_instance_id);
  member->client_id = std::move(saved.client_id);
  member->client_host = std::move(saved.client_host);
  member->protocol_type = group.protocol_type;
  member->session_timeout_ms = saved.session_timeout;
  // Records of version 0 have one timeout for both.
  member->rebalance_timeout_ms =
      saved.rebalance_timeout < 0 ? saved.session_timeout : saved.rebalance_timeout;
  member->protocols.push_back({group.protocol.value_or(""), std::move(saved.subscription)});
  member->assignment = std::move(saved.assignment);
  return member;
}

// KIP-345: the new process of a static member, in the place of the one before.
Member& take_place(Group& group, const wire::GroupMetadataValue::MemberMetadata& saved,
                   const std::string& protocol) {
  const std::string* former =
      saved.group_instance_id ? group.static_member(*saved.group_instance_id) : nullptr;
  TN_ASSERT(former);
  Member& member = group.replace_static(std::string(*former), saved.member_id);
  member.client_id = saved.client_id;
  member.client_host = saved.client_host;
  member.rebalance_timeout_ms = saved.rebalance_timeout;
  member.session_timeout_ms = saved.session_timeout;
  group.set_protocols(member, {{protocol, saved.subscription}});
  return member;
}

}  // namespace

statemachine::Record offset_record(const std::string& group_id, const TopicPartition& partition,
                                   const CommittedOffset& offset) {
  wire::OffsetCommitValue value{.offset = offset.offset,
                                .leader_epoch = offset.leader_epoch,
                                .metadata = offset.metadata,
                                .commit_timestamp = offset.commit_timestamp_ms,
                                .expire_timestamp = offset.expire_timestamp_ms.value_or(-1)};
  const int16_t version =
      offset.expire_timestamp_ms ? kExpiringOffsetValueVersion : kOffsetValueVersion;
  return {offset_key(group_id, partition), wire::encode_versioned(std::move(value), version)};
}

statemachine::Record offset_tombstone(const std::string& group_id,
                                      const TopicPartition& partition) {
  return {offset_key(group_id, partition), std::nullopt};
}

wire::GroupMetadataValue generation_value(const Group& group, const Assignments& assignments,
                                          int64_t now_ms) {
  wire::GroupMetadataValue value{.protocol_type = group.protocol_type().value_or(""),
                                 .generation = group.generation(),
                                 .protocol = group.protocol_name(),
                                 .leader = group.leader(),
                                 .current_state_timestamp = now_ms,
                                 .members = {}};
  const std::string protocol = group.protocol_name().value_or("");
  value.members.reserve(group.members().size());
  for (const auto& [id, member] : group.members()) {
    const auto assigned = assignments.find(id);
    value.members.push_back(
        {.member_id = id,
         .group_instance_id = member->instance_id,
         .client_id = member->client_id,
         .client_host = member->client_host,
         .rebalance_timeout = member->rebalance_timeout_ms,
         .session_timeout = member->session_timeout_ms,
         .subscription = member->metadata(protocol),
         .assignment = assigned == assignments.end() ? Bytes{} : assigned->second});
  }
  return value;
}

wire::GroupMetadataValue empty_generation_value(const Group& group, int64_t now_ms) {
  return {.protocol_type = group.protocol_type().value_or(""),
          .generation = group.generation() + 1,
          .protocol = std::nullopt,
          .leader = std::nullopt,
          .current_state_timestamp = now_ms,
          .members = {}};
}

statemachine::Record group_record(const std::string& group_id, wire::GroupMetadataValue value) {
  return {group_key(group_id), wire::encode_versioned(std::move(value), kGroupValueVersion)};
}

statemachine::Record group_tombstone(const std::string& group_id) {
  return {group_key(group_id), std::nullopt};
}

std::vector<statemachine::Record> group_tombstones(const Group& group) {
  if (group.consumer) return consumer_group_tombstones(group.id(), *group.consumer);
  std::vector<statemachine::Record> records;
  records.push_back(group_tombstone(group.id()));
  return records;
}

Assignments current_assignments(const Group& group) {
  Assignments assignments;
  for (const auto& [id, member] : group.members()) assignments.emplace(id, member->assignment);
  return assignments;
}

Result<Change> read_change(const statemachine::CommittedRecord& record) {
  if (record.key.size() < sizeof(int16_t)) {
    return fail(Errc::kCorruptData, "a record of __consumer_offsets", "the key has no version");
  }
  const auto version = load_be<int16_t>(record.key.data());
  if (version < 0) {
    return fail(Errc::kCorruptData, "a record of __consumer_offsets",
                "the key version is negative");
  }
  if (version <= kOffsetKeyVersion) return read_offset_change(record);
  if (version == kGroupKeyVersion) return read_group_change(record);
  if (is_consumer_key(version)) {
    auto change = read_consumer_change(record);
    if (!change) return forward(change);
    return Change(std::move(*change));
  }
  return UnknownChange{version};
}

void restore_group(Group& group, wire::GroupMetadataValue value, Scheduler& scheduler) {
  std::vector<std::unique_ptr<Member>> members;
  members.reserve(value.members.size());
  for (auto& saved : value.members) {
    members.push_back(restore_member(std::move(saved), value, scheduler));
  }
  Group::Restored restored{.generation = value.generation,
                           .protocol_type = std::move(value.protocol_type),
                           .protocol_name = std::move(value.protocol),
                           .leader = std::move(value.leader),
                           .state_since_ms = std::nullopt};
  if (value.current_state_timestamp >= 0) restored.state_since_ms = value.current_state_timestamp;
  group.restore(std::move(restored), std::move(members));
}

void settle_group(Group& group, wire::GroupMetadataValue value) {
  TN_ASSERT(group.generation() == value.generation);
  for (auto& saved : value.members) {
    Member* member = group.find(saved.member_id);
    if (!member) member = &take_place(group, saved, value.protocol.value_or(""));
    member->assignment = std::move(saved.assignment);
  }
  group.read_subscriptions();
  if (group.is(GroupState::kCompletingRebalance)) {
    group.transition_to(GroupState::kStable, value.current_state_timestamp);
  }
}

}  // namespace tenon::groups
