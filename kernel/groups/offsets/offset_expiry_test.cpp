// SPDX-License-Identifier: Apache-2.0

#include "groups/testing/group_fixture.h"

namespace tenon::groups {
namespace {

using std::chrono::hours;

class OffsetExpiryTest : public GroupFixture {
 protected:
  OffsetExpiryTest() {
    config.offsets_retention_ms = 3'600'000;
    restart();
  }
};

TEST_F(OffsetExpiryTest, a_simple_groups_offsets_expire_after_their_commit) {
  commit({.offset = 5});
  pass(std::chrono::minutes(59));
  EXPECT_EQ(fetch(), 5);
  pass(std::chrono::minutes(12));
  EXPECT_EQ(fetch(), -1);
  EXPECT_EQ(state(), "Dead");
}

TEST_F(OffsetExpiryTest, a_fresh_commit_keeps_the_group) {
  commit({.offset = 5});
  pass(std::chrono::minutes(50));
  commit({.offset = 6, .partition = 1});
  pass(std::chrono::minutes(20));
  EXPECT_EQ(fetch(), -1);
  EXPECT_EQ(fetch("orders", 1), 6);
}

TEST_F(OffsetExpiryTest, an_emptied_group_keeps_its_offsets_from_the_day_it_became_empty) {
  auto group = settle({Join{.session_ms = 1'800'000}});
  const std::string id = group.leader();
  commit({.offset = 5, .member_id = id, .generation = 1});
  for (int i = 0; i < 6; ++i) {
    pass(std::chrono::minutes(25));
    heartbeat(id, 1);
  }
  EXPECT_EQ(fetch(), 5);
  leave(id);
  pass(std::chrono::minutes(55));
  EXPECT_EQ(fetch(), 5);
  pass(std::chrono::minutes(20));
  EXPECT_EQ(fetch(), -1);
}

TEST_F(OffsetExpiryTest, members_lose_only_offsets_of_topics_that_they_do_not_read) {
  auto group = settle({Join{.session_ms = 1'800'000}});
  const std::string id = group.leader();
  commit({.offset = 5, .member_id = id, .generation = 1});
  commit({.offset = 6, .member_id = id, .generation = 1, .topic = "payments"});
  for (int i = 0; i < 4; ++i) {
    pass(std::chrono::minutes(25));
    heartbeat(id, 1);
  }
  EXPECT_EQ(fetch(), 5);
  EXPECT_EQ(fetch("payments"), -1);
}

TEST_F(OffsetExpiryTest, a_retention_of_the_clients_own_counts_instead) {
  commit({.offset = 5, .retention_ms = 1'200'000, .version = 4});
  commit({.offset = 6, .partition = 1});
  pass(std::chrono::minutes(31));
  EXPECT_EQ(fetch(), -1);
  EXPECT_EQ(fetch("orders", 1), 6);
}

TEST_F(OffsetExpiryTest, all_the_time_there_is_does_not_overflow) {
  commit({.offset = 5, .retention_ms = INT64_MAX, .version = 4});
  pass(hours(5));
  EXPECT_EQ(fetch(), 5);
}

TEST_F(OffsetExpiryTest, a_commit_time_of_the_clients_own_is_kept) {
  const int64_t long_ago = scheduler.clock().wall_ms() - 3'000'000;
  commit({.offset = 5, .timestamp_ms = long_ago, .version = 1});
  pass(std::chrono::minutes(11));
  EXPECT_EQ(fetch(), -1);
}

TEST_F(OffsetExpiryTest, an_empty_group_without_offsets_leaves_the_log) {
  auto group = settle({Join{}});
  leave(group.leader());
  EXPECT_EQ(state(), "Empty");
  pass(std::chrono::minutes(11));
  EXPECT_EQ(state(), "Dead");
  EXPECT_EQ(group_records().back(), std::nullopt);
}

TEST_F(OffsetExpiryTest, an_expiry_that_cannot_be_written_is_tried_again) {
  commit({.offset = 5});
  log.fail_with(Errc::kNotEnoughReplicas);
  pass(hours(2));
  EXPECT_EQ(fetch(), 5);
  log.recover();
  pass(std::chrono::minutes(11));
  EXPECT_EQ(fetch(), -1);
}

TEST_F(OffsetExpiryTest, what_has_expired_stays_away_after_a_restart) {
  commit({.offset = 5});
  pass(hours(2));
  restart();
  EXPECT_EQ(fetch(), -1);
  EXPECT_TRUE(coordinator->summaries().empty());
}

}  // namespace
}  // namespace tenon::groups
