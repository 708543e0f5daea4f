// SPDX-License-Identifier: Apache-2.0

#include "groups/offsets/offset_commits.h"

#include "groups/testing/group_fixture.h"

namespace tenon::groups {
namespace {

class OffsetCommitsTest : public GroupFixture {
 protected:
  wire::OffsetDeleteResponse delete_offset(const std::string& topic, int32_t partition) {
    wire::OffsetDeleteRequest request;
    request.group_id = "g";
    request.topics.push_back({topic, {{partition}}});
    return call(coordinator->offset_delete(std::move(request))).get();
  }
  // OffsetFetch of "orders" 0 by a member that takes it over.
  using FetchCall = Call<wire::OffsetFetchResponse::OffsetFetchResponseGroup>;
  FetchCall start_stable_fetch(const std::string& group = "g") {
    wire::OffsetFetchRequest::OffsetFetchRequestGroup request;
    request.group_id = group;
    request.topics.emplace().push_back({"orders", {0}});
    return call(coordinator->offset_fetch(std::move(request), true));
  }
  static int64_t offset_of(FetchCall& fetch) {
    return fetch.get().topics.at(0).partitions.at(0).committed_offset;
  }
};

TEST_F(OffsetCommitsTest, a_simple_consumer_commits_without_a_group) {
  EXPECT_EQ(commit({.offset = 5}), ErrorCode::kNone);
  EXPECT_EQ(fetch(), 5);
  EXPECT_EQ(state(), "Empty");
}

TEST_F(OffsetCommitsTest, even_under_the_empty_group_id) {
  EXPECT_EQ(commit({.offset = 5, .group = ""}), ErrorCode::kNone);
  EXPECT_EQ(fetch("orders", 0, ""), 5);
}

TEST_F(OffsetCommitsTest, what_was_committed_comes_back_whole) {
  commit({.offset = 5, .metadata = "mine"});
  const auto found = fetch_group({{{"orders", {0}}}}).topics.at(0).partitions.at(0);
  EXPECT_EQ(found.committed_offset, 5);
  EXPECT_EQ(found.committed_leader_epoch, 3);
  EXPECT_EQ(found.metadata, "mine");
  EXPECT_EQ(found.error_code, 0);
}

TEST_F(OffsetCommitsTest, an_unknown_offset_is_minus_one_without_an_error) {
  const auto found = fetch_group({{{"orders", {0}}}});
  EXPECT_EQ(found.error_code, 0);
  const auto& partition = found.topics.at(0).partitions.at(0);
  EXPECT_EQ(partition.committed_offset, -1);
  EXPECT_EQ(partition.committed_leader_epoch, -1);
  EXPECT_EQ(partition.metadata, "");
  EXPECT_EQ(partition.error_code, 0);
}

TEST_F(OffsetCommitsTest, without_topics_all_offsets_are_fetched) {
  commit({.offset = 5, .topic = "a", .partition = 1});
  commit({.offset = 6, .topic = "b", .partition = 2});
  const auto found = fetch_group(std::nullopt);
  ASSERT_EQ(found.topics.size(), 2u);
  EXPECT_EQ(found.topics[1].name, "b");
  EXPECT_EQ(found.topics[1].partitions.at(0).committed_offset, 6);
  EXPECT_TRUE(fetch_group(std::nullopt, "other").topics.empty());
}

TEST_F(OffsetCommitsTest, an_offset_is_seen_when_it_is_in_the_log_and_not_before) {
  commit({.offset = 5});
  log.hold();
  auto parked = start_commit({.offset = 6});
  EXPECT_FALSE(parked.answered());
  EXPECT_EQ(fetch(), 5);
  log.release();
  run();
  EXPECT_EQ(commit_code(parked.get()), ErrorCode::kNone);
  EXPECT_EQ(fetch(), 6);
}

TEST_F(OffsetCommitsTest, who_requires_stable_offsets_waits_for_commits_on_their_way) {
  commit({.offset = 5});
  auto at_once = start_stable_fetch();
  EXPECT_EQ(offset_of(at_once), 5);
  log.hold();
  auto first = start_commit({.offset = 6});
  auto second = start_commit({.offset = 7, .partition = 1});
  auto waits = start_stable_fetch();
  auto other = start_stable_fetch("other");
  EXPECT_FALSE(waits.answered());
  EXPECT_TRUE(other.answered());
  log.release();
  run();
  EXPECT_EQ(offset_of(waits), 6);
}

TEST_F(OffsetCommitsTest, a_stable_fetch_sees_nothing_of_a_commit_that_cannot_be_written) {
  commit({.offset = 5});
  log.hold();
  auto parked = start_commit({.offset = 6});
  auto waits = start_stable_fetch();
  log.fail_with(Errc::kNotEnoughReplicas);
  log.release();
  run();
  EXPECT_EQ(commit_code(parked.get()), ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(offset_of(waits), 5);
}

TEST_F(OffsetCommitsTest, a_stable_fetch_waits_no_longer_than_the_commit_timeout) {
  log.hold();
  auto parked = start_commit({.offset = 6});
  auto waits = start_stable_fetch();
  pass(milliseconds(5'001));
  EXPECT_EQ(waits.error(), ErrorCode::kNotCoordinator);
  EXPECT_EQ(waits.get().group_id, "g");
  auto again = start_stable_fetch();
  log.release();
  run();
  EXPECT_EQ(offset_of(again), 6);
}

TEST_F(OffsetCommitsTest, a_stable_fetch_is_sent_elsewhere_when_the_coordinator_stops) {
  log.hold();
  auto parked = start_commit({.offset = 6});
  auto waits = start_stable_fetch();
  stop();
  EXPECT_EQ(waits.error(), ErrorCode::kNotCoordinator);
}

TEST_F(OffsetCommitsTest, a_stable_fetch_of_a_group_that_is_deleted_meanwhile_finds_nothing) {
  log.hold();
  auto parked = start_commit({.offset = 6});
  auto waits = start_stable_fetch();
  auto deleted = call(coordinator->delete_group("g"));
  log.release();
  run();
  EXPECT_EQ(deleted.error(), ErrorCode::kNone);
  EXPECT_EQ(offset_of(waits), -1);
}

TEST_F(OffsetCommitsTest, a_commit_that_cannot_be_written_changes_nothing) {
  log.fail_with(Errc::kMessageTooLarge);
  EXPECT_EQ(commit({.offset = 5}), ErrorCode::kInvalidCommitOffsetSize);
  log.fail_with(Errc::kNotEnoughReplicas);
  EXPECT_EQ(commit({.offset = 5}), ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(fetch(), -1);
  EXPECT_TRUE(coordinator->summaries().empty());
}

TEST_F(OffsetCommitsTest, a_slow_log_is_not_waited_for_longer_than_the_commit_timeout) {
  log.hold();
  auto parked = start_commit({.offset = 5});
  pass(milliseconds(5'001));
  EXPECT_EQ(commit_code(parked.get()), ErrorCode::kCoordinatorNotAvailable);
  log.release();
  run();
  EXPECT_EQ(fetch(), 5);
}

TEST_F(OffsetCommitsTest, metadata_has_a_limit_and_other_partitions_are_not_touched_by_it) {
  wire::OffsetCommitRequest request;
  request.group_id = "g";
  request.topics.push_back({"orders", {}});
  request.topics[0].partitions.push_back(
      {.partition_index = 0, .committed_metadata = std::string(4097, 'x')});
  request.topics[0].partitions.push_back(
      {.partition_index = 1, .committed_offset = 9, .committed_metadata = std::string(4096, 'x')});
  auto answer = call(coordinator->offset_commit({}, std::move(request), 8));
  const auto& partitions = answer.get().topics.at(0).partitions;
  EXPECT_EQ(partitions.at(0).error_code, static_cast<int16_t>(ErrorCode::kOffsetMetadataTooLarge));
  EXPECT_EQ(partitions.at(1).error_code, 0);
  EXPECT_EQ(fetch("orders", 1), 9);
}

TEST_F(OffsetCommitsTest, a_member_commits_in_its_generation_only) {
  auto group = settle({Join{}});
  const std::string id = group.leader();
  EXPECT_EQ(commit({.offset = 5, .member_id = id, .generation = 1}), ErrorCode::kNone);
  EXPECT_EQ(commit({.offset = 5, .member_id = id, .generation = 0}), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(commit({.offset = 5, .member_id = id, .generation = -1}),
            ErrorCode::kIllegalGeneration);
  EXPECT_EQ(commit({.offset = 5, .member_id = "stranger", .generation = 1}),
            ErrorCode::kUnknownMemberId);
}

TEST_F(OffsetCommitsTest, while_there_are_members_others_may_not_commit) {
  settle({Join{}});
  EXPECT_EQ(commit({.offset = 5}), ErrorCode::kUnknownMemberId);
}

TEST_F(OffsetCommitsTest, a_generation_of_an_unknown_group_is_illegal) {
  EXPECT_EQ(commit({.offset = 5, .member_id = "a", .generation = 1}),
            ErrorCode::kIllegalGeneration);
  EXPECT_EQ(commit({.offset = 5, .member_id = "a", .generation = 1, .version = 9}),
            ErrorCode::kGroupIdNotFound);
}

TEST_F(OffsetCommitsTest, members_may_commit_while_a_rebalance_is_prepared) {
  auto group = settle({Join{}, Join{}});
  join();
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(commit({.offset = 5, .member_id = group.leader(), .generation = 1}), ErrorCode::kNone);
}

TEST_F(OffsetCommitsTest, nobody_may_commit_while_a_rebalance_completes) {
  auto joined = join();
  pass(seconds(10));
  EXPECT_EQ(commit({.offset = 5, .member_id = joined.get().member_id, .generation = 1}),
            ErrorCode::kRebalanceInProgress);
}

TEST_F(OffsetCommitsTest, a_commit_is_one_batch) {
  commit({.offset = 5});
  ASSERT_EQ(log.batches(), 1u);
  EXPECT_EQ(log.records_of(0).size(), 1u);
}

TEST_F(OffsetCommitsTest, a_deleted_group_is_gone_with_its_offsets) {
  commit({.offset = 5});
  EXPECT_EQ(delete_group(), ErrorCode::kNone);
  EXPECT_EQ(state(), "Dead");
  EXPECT_EQ(fetch(), -1);
  EXPECT_EQ(delete_group(), ErrorCode::kGroupIdNotFound);
  restart();
  EXPECT_EQ(state(), "Dead");
  EXPECT_EQ(fetch(), -1);
}

TEST_F(OffsetCommitsTest, a_group_with_members_is_not_deleted) {
  settle({Join{}});
  EXPECT_EQ(delete_group(), ErrorCode::kNonEmptyGroup);
}

TEST_F(OffsetCommitsTest, a_deletion_takes_commits_on_their_way_with_it) {
  commit({.offset = 5});
  log.hold();
  auto parked = start_commit({.offset = 6, .partition = 1});
  auto deleted = call(coordinator->delete_group("g"));
  log.release();
  run();
  EXPECT_EQ(commit_code(parked.get()), ErrorCode::kNone);
  EXPECT_EQ(deleted.error(), ErrorCode::kNone);
  restart();
  EXPECT_EQ(fetch("orders", 1), -1);
  EXPECT_EQ(state(), "Dead");
}

TEST_F(OffsetCommitsTest, while_it_is_deleted_a_group_serves_nobody) {
  commit({.offset = 5});
  log.hold();
  auto deleted = call(coordinator->delete_group("g"));
  auto next = start_join();
  EXPECT_FALSE(next.answered());
  EXPECT_EQ(commit({.offset = 6}), ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(fetch(), -1);
  log.release();
  run();
  EXPECT_EQ(next.error(), ErrorCode::kMemberIdRequired);
}

TEST_F(OffsetCommitsTest, a_deletion_that_cannot_be_written_leaves_the_group) {
  commit({.offset = 5});
  log.fail_with(Errc::kNotEnoughReplicas);
  EXPECT_EQ(delete_group(), ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(fetch(), 5);
  EXPECT_EQ(state(), "Empty");
}

TEST_F(OffsetCommitsTest, single_offsets_are_deleted) {
  commit({.offset = 5});
  commit({.offset = 6, .partition = 1});
  const auto response = delete_offset("orders", 0);
  EXPECT_EQ(response.error_code, 0);
  EXPECT_EQ(response.topics.at(0).partitions.at(0).error_code, 0);
  EXPECT_EQ(fetch(), -1);
  EXPECT_EQ(fetch("orders", 1), 6);
}

TEST_F(OffsetCommitsTest, offsets_of_topics_that_are_read_are_kept) {
  auto group = settle({Join{}});
  commit({.offset = 5, .member_id = group.leader(), .generation = 1});
  const auto response = delete_offset("orders", 0);
  EXPECT_EQ(response.topics.at(0).partitions.at(0).error_code,
            static_cast<int16_t>(ErrorCode::kGroupSubscribedToTopic));
  EXPECT_EQ(delete_offset("payments", 0).topics.at(0).partitions.at(0).error_code, 0);
}

TEST_F(OffsetCommitsTest, offsets_of_groups_that_are_no_consumers_are_kept_while_they_live) {
  settle({Join{.type = "connect"}});
  EXPECT_EQ(delete_offset("orders", 0).error_code, static_cast<int16_t>(ErrorCode::kNonEmptyGroup));
}

TEST_F(OffsetCommitsTest, deleting_offsets_of_an_unknown_group_says_so) {
  EXPECT_EQ(delete_offset("orders", 0).error_code,
            static_cast<int16_t>(ErrorCode::kGroupIdNotFound));
}

TEST_F(OffsetCommitsTest, a_deleted_topic_is_forgotten_by_all_groups) {
  commit({.offset = 5, .group = "x"});
  commit({.offset = 6, .group = "y", .partition = 1});
  commit({.offset = 7, .group = "y", .topic = "payments"});
  EXPECT_TRUE(start(coordinator->drop_topic("nothing")).ready());
  auto dropped = start(coordinator->drop_topic("orders"));
  run();
  EXPECT_TRUE(dropped.await_resume().has_value());
  EXPECT_EQ(fetch("orders", 0, "x"), -1);
  EXPECT_EQ(fetch("orders", 1, "y"), -1);
  EXPECT_EQ(fetch("payments", 0, "y"), 7);
}

TEST_F(OffsetCommitsTest, offsets_are_found_again_after_a_restart) {
  commit({.offset = 5, .metadata = "mine"});
  commit({.offset = 6, .metadata = "again"});
  restart();
  const auto found = fetch_group({{{"orders", {0}}}}).topics.at(0).partitions.at(0);
  EXPECT_EQ(found.committed_offset, 6);
  EXPECT_EQ(found.metadata, "again");
}

}  // namespace
}  // namespace tenon::groups
