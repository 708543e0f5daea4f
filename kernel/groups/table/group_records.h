// SPDX-License-Identifier: Apache-2.0
//
// The records of __consumer_offsets, in Kafka's own format, so that its tools read ours and we read
// its: made from what a coordinator knows, and read back.
//
//   key    := version:int16  body            versions 0, 1: group, topic, partition
//                                            version 2:    group
//                                            others: consumer/consumer_records.h
//   value  := version:int16  body | null     null deletes
//
// Offsets are written as value version 3, or 1 when they expire at a time of their own; groups as
// version 3. Pure functions; any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "groups/consumer/consumer_records.h"
#include "groups/table/committed_offsets.h"
#include "groups/table/group.h"
#include "statemachine/state_machine.h"
#include "wire/records/group_records.h"

namespace tenon::groups {

// Who gets what, by member id.
using Assignments = std::map<std::string, Bytes, std::less<>>;

statemachine::Record offset_record(const std::string& group_id, const TopicPartition& partition,
                                   const CommittedOffset& offset);
statemachine::Record offset_tombstone(const std::string& group_id, const TopicPartition& partition);
// The group as it is from now on: its generation, with what `assignments` give to its members.
wire::GroupMetadataValue generation_value(const Group& group, const Assignments& assignments,
                                          int64_t now_ms);
// The generation after this one, without members.
wire::GroupMetadataValue empty_generation_value(const Group& group, int64_t now_ms);
statemachine::Record group_record(const std::string& group_id, wire::GroupMetadataValue value);
statemachine::Record group_tombstone(const std::string& group_id);
// The records by which the group is no more, whichever protocol it speaks; its offsets not among
// them. With the last of them it goes.
std::vector<statemachine::Record> group_tombstones(const Group& group);
// What the members have now.
Assignments current_assignments(const Group& group);

// What a record says. No value: the offset or the group is deleted.
struct OffsetChange {
  std::string group_id;
  TopicPartition partition;
  std::optional<CommittedOffset> offset;
};
struct GroupChange {
  std::string group_id;
  std::optional<wire::GroupMetadataValue> value;
};
// A kind of record that came after us (share groups write such): kept in the log, not understood.
struct UnknownChange {
  int16_t key_version;
};
using Change = std::variant<OffsetChange, GroupChange, ConsumerChange, UnknownChange>;

// kCorruptData if key or value are not what their versions say.
Result<Change> read_change(const statemachine::CommittedRecord& record);

// Makes of a group without members what its record says.
void restore_group(Group& group, wire::GroupMetadataValue value, Scheduler& scheduler);
// Takes the record of its own generation into a group: its members have what it gives to them, a
// static one that came back has its new id, and the group is Stable.
void settle_group(Group& group, wire::GroupMetadataValue value);

}  // namespace tenon::groups
