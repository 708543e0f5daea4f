// SPDX-License-Identifier: Apache-2.0

#include "groups/table/group_table.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "base/sim_scheduler.h"
#include "wire/codec.h"

namespace tenon::groups {
namespace {

class GroupTableTest : public ::testing::Test {
 protected:
  GroupTableTest() { set_log_level(LogLevel::kOff); }
  ~GroupTableTest() override { set_log_level(LogLevel::kInfo); }

  bool replay(const statemachine::Record& record) {
    statemachine::CommittedRecord view{.key = record.key, .value = std::nullopt};
    if (record.value) view.value = *record.value;
    return table.replay(view).has_value();
  }
  void replay_offset(const std::string& group, int64_t offset) {
    CommittedOffset committed;
    committed.offset = offset;
    EXPECT_TRUE(replay(offset_record(group, {"t", 0}, committed)));
  }
  void replay_group(const std::string& id, int32_t generation, bool with_member) {
    wire::GroupMetadataValue value{.protocol_type = "consumer", .generation = generation};
    if (with_member) value.members.push_back({.member_id = "a"});
    EXPECT_TRUE(replay({group_tombstone(id).key, wire::encode_versioned(value, 3)}));
  }

  SimScheduler scheduler;
  GroupTable table{scheduler};
};

TEST_F(GroupTableTest, the_last_record_of_a_group_counts_when_loading) {
  replay_group("g", 1, true);
  replay_group("g", 2, false);
  EXPECT_EQ(table.find("g"), nullptr);
  table.finish_load();
  EXPECT_EQ(table.find("g")->generation(), 2);
  EXPECT_TRUE(table.find("g")->is(GroupState::kEmpty));
}

TEST_F(GroupTableTest, offsets_without_a_group_record_make_a_simple_group) {
  replay_offset("g", 5);
  table.finish_load();
  EXPECT_EQ(table.find("g")->offsets.find("t", 0)->offset, 5);
  EXPECT_EQ(table.find("g")->protocol_type(), std::nullopt);
}

TEST_F(GroupTableTest, what_was_deleted_is_not_there_after_a_load) {
  replay_group("g", 1, false);
  replay_offset("g", 5);
  replay(offset_tombstone("g", {"t", 0}));
  replay(group_tombstone("g"));
  replay(offset_tombstone("never", {"t", 0}));
  table.finish_load();
  EXPECT_TRUE(table.groups().empty());
}

TEST_F(GroupTableTest, a_living_group_becomes_what_its_record_says) {
  table.finish_load();
  Group& group = table.get_or_create("g");
  replay_group("g", 9, true);
  EXPECT_EQ(group.generation(), 9);
  EXPECT_TRUE(group.is(GroupState::kStable));
  EXPECT_TRUE(group.is_persisted());
}

TEST_F(GroupTableTest, members_get_what_the_record_of_their_generation_gives) {
  replay_group("g", 9, true);
  table.finish_load();
  wire::GroupMetadataValue value{.protocol_type = "consumer", .generation = 9};
  value.members.push_back({.member_id = "a", .assignment = {1, 2}});
  replay({group_tombstone("g").key, wire::encode_versioned(value, 3)});
  EXPECT_EQ(table.find("g")->find("a")->assignment, (Bytes{1, 2}));
}

TEST_F(GroupTableTest, a_dead_group_stays_dead_whatever_its_record_says) {
  table.finish_load();
  table.get_or_create("g").transition_to(GroupState::kDead, 0);
  replay_group("g", 9, true);
  EXPECT_TRUE(table.find("g")->is(GroupState::kDead));
  EXPECT_TRUE(table.find("g")->members().empty());
}

TEST_F(GroupTableTest, a_dead_group_goes_with_its_tombstone) {
  table.finish_load();
  table.get_or_create("g").begin_deletion(0);
  replay(group_tombstone("g"));
  EXPECT_EQ(table.find("g"), nullptr);
}

TEST_F(GroupTableTest, a_group_that_ended_with_its_coordinator_stays_for_those_who_wait) {
  table.finish_load();
  table.get_or_create("g").transition_to(GroupState::kDead, 0);
  replay(group_tombstone("g"));
  EXPECT_NE(table.find("g"), nullptr);
}

TEST_F(GroupTableTest, a_tombstone_does_not_take_a_living_group) {
  table.finish_load();
  table.get_or_create("g");
  replay(group_tombstone("g"));
  EXPECT_NE(table.find("g"), nullptr);
}

TEST_F(GroupTableTest, only_blank_groups_are_erased) {
  table.finish_load();
  replay_offset("g", 5);
  EXPECT_FALSE(table.erase_if_blank(*table.find("g")));
  EXPECT_TRUE(table.erase_if_blank(table.get_or_create("h")));
  EXPECT_EQ(table.find("h"), nullptr);
}

TEST_F(GroupTableTest, passes_over_records_of_later_kinds) {
  EXPECT_TRUE(replay({.key = {0, 9, 1}, .value = Bytes{1}}));
  table.finish_load();
  EXPECT_TRUE(table.groups().empty());
}

TEST_F(GroupTableTest, says_when_a_record_is_damaged) {
  EXPECT_FALSE(replay({.key = {0, 1, 1}, .value = Bytes{1}}));
}

}  // namespace
}  // namespace tenon::groups
