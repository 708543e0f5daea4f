// SPDX-License-Identifier: Apache-2.0

#include "groups/table/group_records.h"

#include <gtest/gtest.h>

#include "base/sim_scheduler.h"
#include "wire/codec.h"

namespace tenon::groups {
namespace {

Result<Change> reread(const statemachine::Record& record) {
  statemachine::CommittedRecord view{.key = record.key, .value = std::nullopt};
  if (record.value) view.value = *record.value;
  return read_change(view);
}

template <class T>
T reread_as(const statemachine::Record& record) {
  return std::get<T>(reread(record).value());
}

CommittedOffset sample() {
  return {.offset = 42,
          .leader_epoch = 7,
          .metadata = "mine",
          .commit_timestamp_ms = 1000,
          .expire_timestamp_ms = std::nullopt};
}

TEST(GroupRecords, an_offset_has_the_bytes_that_kafka_writes) {
  const auto record = offset_record("g", {"t", 5}, sample());
  EXPECT_EQ(record.key, (Bytes{0, 1, 0, 1, 'g', 0, 1, 't', 0, 0, 0, 5}));
  EXPECT_EQ(*record.value, (Bytes{0, 3,                                     // version
                                  0, 0, 0,   0,   0,   0,   0,    42,       // offset
                                  0, 0, 0,   7,                             // leader epoch
                                  0, 4, 'm', 'i', 'n', 'e',                 // metadata
                                  0, 0, 0,   0,   0,   0,   0x03, 0xE8}));  // commit timestamp
}

TEST(GroupRecords, a_group_key_has_the_bytes_that_kafka_writes) {
  EXPECT_EQ(group_tombstone("g").key, (Bytes{0, 2, 0, 1, 'g'}));
  EXPECT_FALSE(group_tombstone("g").value);
}

TEST(GroupRecords, an_offset_is_read_back) {
  const auto change = reread_as<OffsetChange>(offset_record("g", {"t", 5}, sample()));
  EXPECT_EQ(change.group_id, "g");
  EXPECT_EQ(change.partition, (TopicPartition{"t", 5}));
  EXPECT_EQ(change.offset, sample());
}

TEST(GroupRecords, an_offset_with_its_own_expiry_is_version_1_without_an_epoch) {
  CommittedOffset offset = sample();
  offset.expire_timestamp_ms = 2000;
  const auto record = offset_record("g", {"t", 5}, offset);
  EXPECT_EQ((*record.value)[1], 1);
  offset.leader_epoch = -1;
  EXPECT_EQ(reread_as<OffsetChange>(record).offset, offset);
}

TEST(GroupRecords, a_tombstone_has_no_offset) {
  EXPECT_EQ(reread_as<OffsetChange>(offset_tombstone("g", {"t", 5})).offset, std::nullopt);
  EXPECT_FALSE(reread_as<GroupChange>(group_tombstone("g")).value);
}

TEST(GroupRecords, a_group_is_restored_from_its_record) {
  SimScheduler scheduler;
  wire::GroupMetadataValue value{.protocol_type = "consumer",
                                 .generation = 4,
                                 .protocol = "range",
                                 .leader = "b",
                                 .current_state_timestamp = 99,
                                 .members = {}};
  value.members.push_back({.member_id = "a", .session_timeout = 10, .assignment = {1}});
  value.members.push_back({.member_id = "b", .group_instance_id = "two", .session_timeout = 20});
  Group group("g", scheduler);
  restore_group(group, value, scheduler);
  EXPECT_TRUE(group.is(GroupState::kStable));
  EXPECT_EQ(group.generation(), 4);
  EXPECT_EQ(group.leader(), "b");
  EXPECT_EQ(*group.static_member("two"), "b");
  EXPECT_EQ(group.find("a")->assignment, Bytes{1});
  EXPECT_EQ(group.find("a")->rebalance_timeout_ms, 10);
  EXPECT_EQ(group.state_since_ms(), 99);
  const auto again = generation_value(group, current_assignments(group), 100);
  EXPECT_EQ(reread_as<GroupChange>(group_record("g", again)).value->members.size(), 2u);
}

TEST(GroupRecords, the_generation_after_the_last_member_has_none) {
  SimScheduler scheduler;
  Group group("g", scheduler);
  restore_group(group, {.protocol_type = "consumer", .generation = 4, .protocol = {}, .leader = {}},
                scheduler);
  const auto value = empty_generation_value(group, 7);
  EXPECT_EQ(value.generation, 5);
  EXPECT_EQ(value.protocol_type, "consumer");
  EXPECT_EQ(value.current_state_timestamp, 7);
  EXPECT_TRUE(value.members.empty());
}

TEST(GroupRecords, a_group_without_members_is_restored_empty) {
  SimScheduler scheduler;
  Group group("g", scheduler);
  restore_group(group, {.generation = 4, .protocol = std::nullopt, .leader = std::nullopt},
                scheduler);
  EXPECT_TRUE(group.is(GroupState::kEmpty));
  EXPECT_EQ(group.protocol_type(), std::nullopt);
  EXPECT_EQ(group.state_since_ms(), std::nullopt);
}

TEST(GroupRecords, records_of_later_kinds_are_not_understood_but_no_damage) {
  const auto change = reread({.key = {0, 9, 1, 2, 3}, .value = Bytes{1}});
  EXPECT_EQ(std::get<UnknownChange>(change.value()).key_version, 9);
}

TEST(GroupRecords, damage_is_found) {
  const Bytes good_key{0, 1, 0, 1, 'g', 0, 1, 't', 0, 0, 0, 5};
  EXPECT_EQ(reread({.key = {}, .value = {}}).error().code, Errc::kCorruptData);
  EXPECT_EQ(reread({.key = {0xFF, 0xFF}, .value = {}}).error().code, Errc::kCorruptData);
  EXPECT_EQ(reread({.key = {0, 1, 0, 9}, .value = {}}).error().code, Errc::kCorruptData);
  EXPECT_EQ(reread({.key = good_key, .value = Bytes{0, 3, 1}}).error().code, Errc::kCorruptData);
  EXPECT_EQ(reread({.key = {0, 2, 0, 1, 'g'}, .value = Bytes{0, 3}}).error().code,
            Errc::kCorruptData);
}

TEST(GroupRecords, a_group_that_names_a_member_twice_is_damage) {
  wire::GroupMetadataValue value{.protocol_type = "consumer"};
  value.members.push_back({.member_id = "a"});
  value.members.push_back({.member_id = "a"});
  const auto change = reread({group_tombstone("g").key, wire::encode_versioned(value, 3)});
  EXPECT_EQ(change.error().code, Errc::kCorruptData);
}

}  // namespace
}  // namespace tenon::groups
