// SPDX-License-Identifier: Apache-2.0

#include "groups/chronicle/chronicle.h"

#include <gtest/gtest.h>

namespace tenon::groups {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ChronicleTest : public ::testing::Test {
 protected:
  Chronicle of(std::string_view group = "g") { return chronicles.of(group); }
  void pass(Duration time) { clock.advance(time); }
  void begin(Cause cause = Cause::kMemberJoined, std::string_view member = "a",
             std::string_view group = "g") {
    of(group).began({cause, member}, 4, Phase::kJoining);
  }
  RebalanceNote last(std::string_view group = "g") { return chronicles.notes(group).back(); }

  ManualClock clock{1'000'000};
  Chronicles chronicles{clock};
};

TEST_F(ChronicleTest, a_group_without_a_rebalance_has_no_pages) {
  EXPECT_TRUE(chronicles.notes("g").empty());
  EXPECT_EQ(chronicles.groups(), 0u);
  of().came("a");
  of().also({Cause::kMemberLeft, "a"});
  of().phase(Phase::kSyncing);
  of().ended(1, 1);
  EXPECT_EQ(chronicles.groups(), 0u);
  EXPECT_EQ(chronicles.bytes(), 0u);
}

TEST_F(ChronicleTest, a_rebalance_says_why_when_and_how_long) {
  of().began({Cause::kMemberLeft, "a", "shutting down"}, 4, Phase::kJoining);
  pass(milliseconds(250));
  of().ended(5, 2);
  const RebalanceNote note = last();
  EXPECT_EQ(note.cause, Cause::kMemberLeft);
  EXPECT_EQ(note.member_id, "a");
  EXPECT_EQ(note.detail, "shutting down");
  EXPECT_EQ(note.began_ms, 1'000'000);
  EXPECT_EQ(note.duration_ms, 250);
  EXPECT_EQ(note.epoch_before, 4);
  EXPECT_EQ(note.epoch_after, 5);
  EXPECT_EQ(note.members, 2u);
  EXPECT_EQ(note.progress, Progress::kDone);
}

TEST_F(ChronicleTest, one_under_way_shows_how_long_it_has_taken_so_far) {
  begin();
  pass(seconds(3));
  EXPECT_EQ(last().progress, Progress::kUnderWay);
  EXPECT_EQ(last().duration_ms, 3'000);
  EXPECT_EQ(last().epoch_after, -1);
}

TEST_F(ChronicleTest, a_duration_does_not_follow_a_jump_of_the_wall_clock) {
  begin();
  clock.jump_wall(-std::chrono::hours(1));
  pass(seconds(1));
  of().ended(5, 1);
  EXPECT_EQ(last().duration_ms, 1'000);
}

TEST_F(ChronicleTest, who_came_last_has_held_the_others_back) {
  begin();
  of().came("a");
  pass(seconds(2));
  of().came("b");
  pass(seconds(1));
  of().phase(Phase::kSyncing);
  pass(milliseconds(10));
  of().came("a");
  of().ended(5, 2);
  ASSERT_TRUE(last().slowest);
  EXPECT_EQ(last().slowest->member_id, "b");
  EXPECT_EQ(last().slowest->phase, Phase::kJoining);
  EXPECT_EQ(last().slowest->waited_ms, 2'000);
}

TEST_F(ChronicleTest, a_later_phase_counts_if_it_waited_longer) {
  begin();
  pass(seconds(2));
  of().came("b");
  of().phase(Phase::kSyncing);
  pass(seconds(9));
  of().came("a");
  of().ended(5, 2);
  EXPECT_EQ(last().slowest->member_id, "a");
  EXPECT_EQ(last().slowest->phase, Phase::kSyncing);
  EXPECT_EQ(last().slowest->waited_ms, 9'000);
}

TEST_F(ChronicleTest, who_is_evicted_has_held_the_others_back_until_then) {
  begin();
  of().came("a");
  pass(seconds(60));
  of().evicted("b", Cause::kDidNotJoin);
  of().ended(5, 1);
  EXPECT_EQ(last().slowest->member_id, "b");
  EXPECT_EQ(last().slowest->waited_ms, 60'000);
  ASSERT_EQ(last().evictions.size(), 1u);
  EXPECT_EQ(last().evictions[0].cause, Cause::kDidNotJoin);
  EXPECT_EQ(last().evictions[0].at_ms, 1'060'000);
}

TEST_F(ChronicleTest, an_eviction_between_rebalances_belongs_to_the_one_that_it_causes) {
  of().evicted("b", Cause::kSessionExpired);
  begin(Cause::kSessionExpired, "b");
  of().ended(5, 1);
  ASSERT_EQ(last().evictions.size(), 1u);
  EXPECT_EQ(last().evictions[0].member_id, "b");
  begin();
  EXPECT_TRUE(last().evictions.empty());
}

TEST_F(ChronicleTest, one_that_begins_before_the_last_is_through_supersedes_it) {
  begin(Cause::kMemberJoined);
  pass(seconds(1));
  begin(Cause::kDidNotSync, "b");
  const auto notes = chronicles.notes("g");
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_EQ(notes[0].progress, Progress::kSuperseded);
  EXPECT_EQ(notes[0].duration_ms, 1'000);
  EXPECT_EQ(notes[1].progress, Progress::kUnderWay);
}

TEST_F(ChronicleTest, further_causes_are_kept_with_the_rebalance_under_way) {
  begin();
  of().also({Cause::kMemberLeft, "b", "done"});
  ASSERT_EQ(last().meanwhile.size(), 1u);
  EXPECT_EQ(last().meanwhile[0].cause, Cause::kMemberLeft);
  EXPECT_EQ(last().meanwhile[0].detail, "done");
}

TEST_F(ChronicleTest, a_group_that_nobody_is_left_in_ends_empty) {
  begin(Cause::kMemberLeft);
  of().ended(5, 0);
  EXPECT_EQ(last().progress, Progress::kEmpty);
}

TEST_F(ChronicleTest, only_the_last_rebalances_of_a_group_are_kept) {
  for (int32_t epoch = 0; epoch < 20; ++epoch) {
    of().began({Cause::kMemberJoined, "a"}, epoch, Phase::kJoining);
    of().ended(epoch + 1, 1);
  }
  const auto notes = chronicles.notes("g");
  ASSERT_EQ(notes.size(), Chronicles::kNotesPerGroup);
  EXPECT_EQ(notes.front().epoch_before, 12);
  EXPECT_EQ(notes.back().epoch_before, 19);
}

TEST_F(ChronicleTest, lists_end_and_say_how_much_they_leave_out) {
  begin();
  for (int i = 0; i < 30; ++i) {
    of().also({Cause::kMemberJoined, "x"});
    of().evicted("y", Cause::kDidNotJoin);
  }
  EXPECT_EQ(last().meanwhile.size(), RebalanceNote::kListMax);
  EXPECT_EQ(last().meanwhile_left_out, 30 - RebalanceNote::kListMax);
  EXPECT_EQ(last().evictions.size(), RebalanceNote::kListMax);
  EXPECT_EQ(last().evictions_left_out, 30 - RebalanceNote::kListMax);
  EXPECT_EQ(chronicles.evictions().of(Cause::kDidNotJoin), 30u);
}

TEST_F(ChronicleTest, long_texts_of_clients_are_cut) {
  const std::string text(100'000, 'x');
  of().began({Cause::kMemberLeft, text, text}, 1, Phase::kJoining);
  of().came(text);
  of().ended(2, 1);
  EXPECT_EQ(last().member_id.size(), RebalanceNote::kTextMax);
  EXPECT_EQ(last().detail.size(), RebalanceNote::kTextMax);
  EXPECT_EQ(last().slowest->member_id.size(), RebalanceNote::kTextMax);
}

TEST_F(ChronicleTest, however_many_groups_rebalance_the_memory_is_bounded) {
  Chronicles small(clock, 64 << 10);
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = "group-" + std::to_string(i);
    small.of(id).began({Cause::kMemberJoined, "a"}, 0, Phase::kJoining);
    ASSERT_LE(small.bytes(), 64u << 10);
  }
  EXPECT_GT(small.groups(), 50u);
  EXPECT_TRUE(small.notes("group-0").empty());
  EXPECT_EQ(small.notes("group-9999").size(), 1u);
  EXPECT_EQ(small.rebalances().of(Cause::kMemberJoined), 10'000u);
}

TEST_F(ChronicleTest, the_group_that_rebalanced_last_keeps_its_notes) {
  Chronicles small(clock, 8 << 10);
  for (int i = 0; i < 1'000; ++i) {
    small.of("busy").began({Cause::kMemberJoined, "a"}, i, Phase::kJoining);
    const std::string id = "group-" + std::to_string(i);
    small.of(id).began({Cause::kMemberJoined, "a"}, 0, Phase::kJoining);
  }
  EXPECT_FALSE(small.notes("busy").empty());
}

TEST_F(ChronicleTest, counts_are_by_cause_and_survive_the_notes) {
  begin(Cause::kMemberJoined);
  begin(Cause::kMemberLeft);
  begin(Cause::kMemberLeft, "a", "h");
  of().evicted("a", Cause::kSessionExpired);
  EXPECT_EQ(chronicles.rebalances().of(Cause::kMemberJoined), 1u);
  EXPECT_EQ(chronicles.rebalances().of(Cause::kMemberLeft), 2u);
  EXPECT_EQ(chronicles.evictions().of(Cause::kSessionExpired), 1u);
}

TEST_F(ChronicleTest, under_way_is_per_group) {
  begin(Cause::kMemberJoined, "a", "g");
  EXPECT_TRUE(of("g").under_way());
  EXPECT_FALSE(of("h").under_way());
  of().ended(1, 1);
  EXPECT_FALSE(of("g").under_way());
}

}  // namespace
}  // namespace tenon::groups
