// SPDX-License-Identifier: Apache-2.0

#include "groups/consumer/consumer_records.h"

#include <algorithm>

#include "wire/codec.h"
#include "wire/records/consumer_group_records.h"

namespace tenon::groups {
namespace {

constexpr int16_t kEpochKey = 3;
constexpr int16_t kTopicsKey = 4;
constexpr int16_t kWordsKey = 5;
constexpr int16_t kAssignmentEpochKey = 6;
constexpr int16_t kTargetKey = 7;
constexpr int16_t kProgressKey = 8;
constexpr int16_t kRegexKey = 16;
constexpr int16_t kValueVersion = 0;

template <class Key>
Bytes group_key(const std::string& group_id, int16_t version) {
  return wire::encode_versioned(Key{.group_id = group_id}, version);
}
template <class Key>
Bytes member_key(const std::string& group_id, const std::string& member_id, int16_t version) {
  return wire::encode_versioned(Key{.group_id = group_id, .member_id = member_id}, version);
}
Bytes regex_key(const std::string& group_id, const std::string& regex) {
  return wire::encode_versioned(
      wire::ConsumerGroupRegularExpressionKey{.group_id = group_id, .regular_expression = regex},
      kRegexKey);
}

template <class Value>
Bytes value_bytes(Value value) {
  return wire::encode_versioned(std::move(value), kValueVersion);
}

// Damage is damage of the log, whatever the decoder calls it.
template <class T>
Result<T> decode(ByteView bytes) {
  auto decoded = wire::decode_versioned<T>(bytes);
  if (!decoded) {
    return fail(Errc::kCorruptData, "a record of __consumer_offsets", decoded.error().text());
  }
  return decoded;
}

MemberState state_of(int8_t number) {
  return number >= 0 && number <= 2 ? static_cast<MemberState>(number) : MemberState::kUnknown;
}

EpochChange read_value(wire::ConsumerGroupMetadataValue value, EpochChange) {
  return {.epoch = value.epoch, .metadata_hash = value.metadata_hash};
}
AssignmentEpochChange read_value(wire::ConsumerGroupTargetAssignmentMetadataValue value,
                                 AssignmentEpochChange) {
  return {.epoch = value.assignment_epoch};
}
WordsChange read_value(wire::ConsumerGroupMemberMetadataValue value, WordsChange change) {
  MemberWords& words = change.words;
  words.instance_id = std::move(value.instance_id);
  words.rack_id = std::move(value.rack_id);
  words.client_id = std::move(value.client_id);
  words.client_host = std::move(value.client_host);
  words.topics = std::move(value.subscribed_topic_names);
  std::ranges::sort(words.topics);
  words.regex = value.subscribed_topic_regex.value_or("");
  words.rebalance_timeout_ms = value.rebalance_timeout_ms;
  words.assignor = std::move(value.server_assignor);
  if (!value.classic_member_metadata) return change;
  ClassicWords& classic = words.classic.emplace();
  classic.session_timeout_ms = value.classic_member_metadata->session_timeout_ms;
  for (auto& protocol : value.classic_member_metadata->supported_protocols) {
    classic.protocols.push_back({std::move(protocol.name), std::move(protocol.metadata)});
  }
  return change;
}
TargetChange read_value(const wire::ConsumerGroupTargetAssignmentMemberValue& value,
                        TargetChange change) {
  change.target = from_wire(value.topic_partitions);
  return change;
}
ProgressChange read_value(const wire::ConsumerGroupCurrentMemberAssignmentValue& value,
                          ProgressChange change) {
  change.progress = {.epoch = value.member_epoch,
                     .previous_epoch = value.previous_member_epoch,
                     .state = state_of(value.state),
                     .assigned = from_wire(value.assigned_partitions),
                     .revoking = from_wire(value.partitions_pending_revocation)};
  return change;
}
RegexChange read_value(wire::ConsumerGroupRegularExpressionValue value, RegexChange change) {
  change.resolved = {
      .topics = std::move(value.topics), .version = value.version, .timestamp_ms = value.timestamp};
  std::ranges::sort(change.resolved.topics);
  return change;
}

// Reads the value, if there is one, into a change that knows what its key said.
template <class Value, class Change>
Result<ConsumerChange> finish(std::string group_id, Change change,
                              const std::optional<ByteView>& bytes) {
  ConsumerChange read{.group_id = std::move(group_id), .change = {}, .deleted = !bytes};
  if (bytes) {
    auto value = decode<Value>(*bytes);
    if (!value) return forward(value);
    change = read_value(std::move(*value), std::move(change));
  }
  read.change = std::move(change);
  return read;
}

template <class Key, class Value, class Change>
Result<ConsumerChange> read_group(const statemachine::CommittedRecord& record) {
  auto key = decode<Key>(record.key);
  if (!key) return forward(key);
  return finish<Value>(std::move(key->group_id), Change{}, record.value);
}
template <class Key, class Value, class Change>
Result<ConsumerChange> read_member(const statemachine::CommittedRecord& record) {
  auto key = decode<Key>(record.key);
  if (!key) return forward(key);
  Change change;
  change.member_id = std::move(key->member_id);
  return finish<Value>(std::move(key->group_id), std::move(change), record.value);
}
Result<ConsumerChange> read_regex(const statemachine::CommittedRecord& record) {
  auto key = decode<wire::ConsumerGroupRegularExpressionKey>(record.key);
  if (!key) return forward(key);
  RegexChange change{.regex = std::move(key->regular_expression), .resolved = {}};
  return finish<wire::ConsumerGroupRegularExpressionValue>(std::move(key->group_id),
                                                           std::move(change), record.value);
}
Result<ConsumerChange> read_topics(const statemachine::CommittedRecord& record) {
  auto key = decode<wire::ConsumerGroupPartitionMetadataKey>(record.key);
  if (!key) return forward(key);
  return ConsumerChange{
      .group_id = std::move(key->group_id), .change = TopicsChange{}, .deleted = !record.value};
}

}  // namespace

Record epoch_record(const std::string& group_id, int32_t epoch, int64_t metadata_hash) {
  return {group_key<wire::ConsumerGroupMetadataKey>(group_id, kEpochKey),
          value_bytes(
              wire::ConsumerGroupMetadataValue{.epoch = epoch, .metadata_hash = metadata_hash})};
}

Record words_record(const std::string& group_id, const std::string& member_id,
                    const MemberWords& words) {
  wire::ConsumerGroupMemberMetadataValue value;
  value.instance_id = words.instance_id;
  value.rack_id = words.rack_id;
  value.client_id = words.client_id;
  value.client_host = words.client_host;
  value.subscribed_topic_names = words.topics;
  value.subscribed_topic_regex = words.regex;
  value.rebalance_timeout_ms = words.rebalance_timeout_ms;
  value.server_assignor = words.assignor;
  if (words.classic) {
    wire::ConsumerGroupMemberMetadataValue::ClassicMemberMetadata classic;
    classic.session_timeout_ms = words.classic->session_timeout_ms;
    for (const auto& protocol : words.classic->protocols) {
      classic.supported_protocols.push_back({protocol.name, protocol.metadata});
    }
    value.classic_member_metadata = std::move(classic);
  }
  return {member_key<wire::ConsumerGroupMemberMetadataKey>(group_id, member_id, kWordsKey),
          value_bytes(std::move(value))};
}

Record assignment_epoch_record(const std::string& group_id, int32_t epoch) {
  return {group_key<wire::ConsumerGroupTargetAssignmentMetadataKey>(group_id, kAssignmentEpochKey),
          value_bytes(wire::ConsumerGroupTargetAssignmentMetadataValue{.assignment_epoch = epoch})};
}

Record target_record(const std::string& group_id, const std::string& member_id,
                     const Partitions& target) {
  using Value = wire::ConsumerGroupTargetAssignmentMemberValue;
  Value value;
  value.topic_partitions = to_wire<decltype(value.topic_partitions)>(target);
  return {member_key<wire::ConsumerGroupTargetAssignmentMemberKey>(group_id, member_id, kTargetKey),
          value_bytes(std::move(value))};
}

Record progress_record(const std::string& group_id, const std::string& member_id,
                       const MemberProgress& progress) {
  wire::ConsumerGroupCurrentMemberAssignmentValue value;
  value.member_epoch = progress.epoch;
  value.previous_member_epoch = progress.previous_epoch;
  value.state = static_cast<int8_t>(progress.state);
  value.assigned_partitions = to_wire<decltype(value.assigned_partitions)>(progress.assigned);
  value.partitions_pending_revocation =
      to_wire<decltype(value.partitions_pending_revocation)>(progress.revoking);
  return {
      member_key<wire::ConsumerGroupCurrentMemberAssignmentKey>(group_id, member_id, kProgressKey),
      value_bytes(std::move(value))};
}

Record regex_record(const std::string& group_id, const std::string& regex,
                    const ResolvedRegex& resolved) {
  return {regex_key(group_id, regex), value_bytes(wire::ConsumerGroupRegularExpressionValue{
                                          .topics = resolved.topics,
                                          .version = resolved.version,
                                          .timestamp = resolved.timestamp_ms})};
}

Record regex_tombstone(const std::string& group_id, const std::string& regex) {
  return {regex_key(group_id, regex), std::nullopt};
}

Records member_tombstones(const std::string& group_id, const std::string& member_id) {
  Records records;
  records.push_back(
      {member_key<wire::ConsumerGroupCurrentMemberAssignmentKey>(group_id, member_id, kProgressKey),
       std::nullopt});
  records.push_back(
      {member_key<wire::ConsumerGroupTargetAssignmentMemberKey>(group_id, member_id, kTargetKey),
       std::nullopt});
  records.push_back(
      {member_key<wire::ConsumerGroupMemberMetadataKey>(group_id, member_id, kWordsKey),
       std::nullopt});
  return records;
}

Records consumer_group_tombstones(const std::string& group_id, const ConsumerGroup& group) {
  Records records;
  for (const auto& [id, member] : group.members()) {
    for (Record& each : member_tombstones(group_id, id)) records.push_back(std::move(each));
  }
  for (const auto& [regex, resolved] : group.regexes()) {
    records.push_back(regex_tombstone(group_id, regex));
  }
  records.push_back(
      {group_key<wire::ConsumerGroupTargetAssignmentMetadataKey>(group_id, kAssignmentEpochKey),
       std::nullopt});
  records.push_back({group_key<wire::ConsumerGroupMetadataKey>(group_id, kEpochKey), std::nullopt});
  return records;
}

bool is_consumer_key(int16_t version) {
  return (version >= kEpochKey && version <= kProgressKey) || version == kRegexKey;
}

Result<ConsumerChange> read_consumer_change(const statemachine::CommittedRecord& record) {
  switch (load_be<int16_t>(record.key.data())) {
    case kEpochKey:
      return read_group<wire::ConsumerGroupMetadataKey, wire::ConsumerGroupMetadataValue,
                        EpochChange>(record);
    case kTopicsKey:
      return read_topics(record);
    case kWordsKey:
      return read_member<wire::ConsumerGroupMemberMetadataKey,
                         wire::ConsumerGroupMemberMetadataValue, WordsChange>(record);
    case kAssignmentEpochKey:
      return read_group<wire::ConsumerGroupTargetAssignmentMetadataKey,
                        wire::ConsumerGroupTargetAssignmentMetadataValue, AssignmentEpochChange>(
          record);
    case kTargetKey:
      return read_member<wire::ConsumerGroupTargetAssignmentMemberKey,
                         wire::ConsumerGroupTargetAssignmentMemberValue, TargetChange>(record);
    case kProgressKey:
      return read_member<wire::ConsumerGroupCurrentMemberAssignmentKey,
                         wire::ConsumerGroupCurrentMemberAssignmentValue, ProgressChange>(record);
    case kRegexKey:
      return read_regex(record);
    default:
      return fail(Errc::kCorruptData, "a record of __consumer_offsets", "its key is of no group");
  }
}

namespace {

void apply_one(ConsumerGroup& group, const EpochChange& change, bool deleted) {
  if (!deleted) group.set_epoch(change.epoch, change.metadata_hash);
}
void apply_one(ConsumerGroup& group, const AssignmentEpochChange& change, bool) {
  group.set_assignment_epoch(change.epoch);  // 0 when it is deleted
}
void apply_one(ConsumerGroup& group, WordsChange change, bool deleted) {
  if (deleted)
    group.remove_member(change.member_id);
  else
    group.set_words(change.member_id, std::move(change.words));
}
void apply_one(ConsumerGroup& group, TargetChange change, bool deleted) {
  if (deleted)
    group.remove_target(change.member_id);
  else
    group.set_target(change.member_id, std::move(change.target));
}
void apply_one(ConsumerGroup& group, ProgressChange change, bool deleted) {
  if (deleted)
    group.reset_progress(change.member_id);
  else
    group.set_progress(change.member_id, std::move(change.progress));
}
void apply_one(ConsumerGroup& group, RegexChange change, bool deleted) {
  if (deleted)
    group.remove_regex(change.regex);
  else
    group.set_regex(change.regex, std::move(change.resolved));
}
void apply_one(ConsumerGroup&, const TopicsChange&, bool) {}

}  // namespace

void apply_change(ConsumerGroup& group, ConsumerChange change) {
  std::visit([&group,
              deleted = change.deleted](auto& each) { apply_one(group, std::move(each), deleted); },
             change.change);
}

}  // namespace tenon::groups
