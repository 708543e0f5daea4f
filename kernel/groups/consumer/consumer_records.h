// SPDX-License-Identifier: Apache-2.0
//
// The records of consumer groups in __consumer_offsets (KIP-848), in Kafka's own format: made from
// what is to become true, read back, and taken into a group.
//
//   key version   says of                        without a value
//    3            the group: its epoch           there is no such group
//    4            topics, before Kafka 4.1       passed over
//    5            a member: its words            it is gone
//    6            the target: its epoch          there is none
//    7            a member's target              it has none
//    8            a member's progress            it begins anew
//   16            an expression: its topics      nobody uses it
//
// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "groups/consumer/consumer_group.h"
#include "statemachine/state_machine.h"

namespace tenon::groups {

using statemachine::Record;
using Records = std::vector<Record>;

Record epoch_record(const std::string& group_id, int32_t epoch, int64_t metadata_hash);
Record words_record(const std::string& group_id, const std::string& member_id,
                    const MemberWords& words);
Record assignment_epoch_record(const std::string& group_id, int32_t epoch);
Record target_record(const std::string& group_id, const std::string& member_id,
                     const Partitions& target);
Record progress_record(const std::string& group_id, const std::string& member_id,
                       const MemberProgress& progress);
Record regex_record(const std::string& group_id, const std::string& regex,
                    const ResolvedRegex& resolved);
Record regex_tombstone(const std::string& group_id, const std::string& regex);

// Everything of a member; of a group, members included.
Records member_tombstones(const std::string& group_id, const std::string& member_id);
Records consumer_group_tombstones(const std::string& group_id, const ConsumerGroup& group);

// What a record says; no value where it deletes.
struct EpochChange {
  int32_t epoch = 0;
  int64_t metadata_hash = 0;
};
struct AssignmentEpochChange {
  int32_t epoch = 0;
};
struct WordsChange {
  std::string member_id;
  MemberWords words;
};
struct TargetChange {
  std::string member_id;
  Partitions target;
};
struct ProgressChange {
  std::string member_id;
  MemberProgress progress;
};
struct RegexChange {
  std::string regex;
  ResolvedRegex resolved;
};
// Subscribed topics as Kafka 4.0 wrote them; newer ones write a hash.
struct TopicsChange {};

struct ConsumerChange {
  std::string group_id;
  std::variant<EpochChange, AssignmentEpochChange, WordsChange, TargetChange, ProgressChange,
               RegexChange, TopicsChange>
      change;
  bool deleted = false;  // then only the ids in `change` count
};

// Is it the version of one of these keys?
bool is_consumer_key(int16_t version);
// kCorruptData if key or value are not what their versions say.
Result<ConsumerChange> read_consumer_change(const statemachine::CommittedRecord& record);

// Takes the change into its group. Deleting an EpochChange is the caller's: the group goes.
void apply_change(ConsumerGroup& group, ConsumerChange change);

}  // namespace tenon::groups
