// SPDX-License-Identifier: Apache-2.0

#include "groups/group_directory.h"

#include "groups/testing/sim_assignors.h"
#include "replication/testing/replicas_fixture.h"

namespace tenon::groups {
namespace {

class GroupDirectoryTest : public replication::ReplicasTest {
 protected:
  GroupDirectoryTest() { restart(); }
  ~GroupDirectoryTest() override { stop(); }

  void stop() {
    if (directory_) wait(directory_->stop(shards_[0]));
    directory_.reset();
  }
  void restart() {
    stop();
    directory_ = std::make_unique<GroupDirectory>(
        GroupDirectory::Parts{.replicas = *replicas_,
                              .self = kSelf,
                              .config = {.initial_rebalance_delay_ms = delay_ms_},
                              .random = random_,
                              .assignors = assignors_});
    replicas_->on_applied([this](size_t shard, const auto& before, const auto& after) {
      directory_->on_image(shard, before, after);
    });
    replicas_->publish(image_);
    scheduler_.run();
  }
  Uuid publish_offsets_topic(BrokerId leader = kSelf) {
    return publish_topic(std::string(kOffsetsTopic), 4, leader);
  }
  Future<Result<wire::OffsetCommitResponse>> begin_commit(const std::string& group,
                                                          const std::string& topic) {
    wire::OffsetCommitRequest request;
    request.group_id = group;
    request.topics.push_back(
        {.name = topic, .partitions = {{.partition_index = 0, .committed_offset = 5}}});
    return directory_->call<wire::OffsetCommitResponse>(
        shards_[0], *image_, group, [request](GroupCoordinator& coordinator) {
          return coordinator.offset_commit({}, request, 9);
        });
  }
  // Commits offset 5 of partition 0; the error that stands there, or why there is no answer.
  Result<int16_t> commit(const std::string& group, const std::string& topic) {
    auto answer = wait(begin_commit(group, topic));
    if (!answer) return forward(answer);
    return answer->topics.at(0).partitions.at(0).error_code;
  }
  // A JoinGroup that is parked for delay_ms_.
  Future<Result<wire::JoinGroupResponse>> begin_join(const std::string& group) {
    wire::JoinGroupRequest request;
    request.group_id = group;
    request.session_timeout_ms = 10'000;
    request.rebalance_timeout_ms = 60'000;
    request.protocol_type = "consumer";
    request.protocols = {{"range", {}}};
    return directory_->call<wire::JoinGroupResponse>(
        shards_[0], *image_, group, [request](GroupCoordinator& coordinator) {
          return coordinator.join_group({"client", "10.0.0.1"}, request, 3);
        });
  }
  // "orders:5", of all topics of the group.
  std::string offsets(const std::string& group) {
    using Group = wire::OffsetFetchResponse::OffsetFetchResponseGroup;
    wire::OffsetFetchRequest::OffsetFetchRequestGroup asked;
    asked.group_id = group;
    asked.topics.reset();
    const auto answer = wait(directory_->call<Group>(
        shards_[0], *image_, group,
        [asked](GroupCoordinator& coordinator) { return coordinator.offset_fetch(asked, false); }));
    if (!answer) return std::string(to_string(answer.error().code));
    std::string text;
    for (const auto& topic : answer->topics) {
      text += topic.name + ":" + std::to_string(topic.partitions.at(0).committed_offset) + " ";
    }
    if (!text.empty()) text.pop_back();
    return text;
  }
  Errc refusal(const std::string& group) { return commit(group, "t").error().code; }

  SimAssignors assignors_;
  std::unique_ptr<GroupDirectory> directory_;
  int32_t delay_ms_ = 0;
};

TEST_F(GroupDirectoryTest, there_is_a_coordinator_for_each_partition_on_its_shard) {
  const Uuid id = publish_offsets_topic();
  size_t coordinators = 0;
  for (size_t shard = 0; shard < kShards; ++shard) {
    for (const auto& [partition, coordinator] : directory_->coordinators(shard)) {
      EXPECT_EQ(replicas_->owner(id, partition), shard);
      EXPECT_TRUE(coordinator->is_active());
      ++coordinators;
    }
  }
  EXPECT_EQ(coordinators, 4U);
}

TEST_F(GroupDirectoryTest, a_call_gets_to_the_coordinator_of_the_group) {
  const Uuid id = publish_offsets_topic();
  EXPECT_EQ(commit("g", "t").value(), 0);
  EXPECT_EQ(offsets("g"), "t:5");
  const int32_t partition = partition_for("g", 4);
  EXPECT_EQ(owner_of(id, partition).find(id, partition)->offsets().log_end, Offset{1});
}

TEST_F(GroupDirectoryTest, without_the_topic_there_is_no_coordinator) {
  EXPECT_EQ(refusal("g"), Errc::kCoordinatorNotAvailable);
}

TEST_F(GroupDirectoryTest, another_brokers_groups_are_not_ours) {
  publish_offsets_topic(BrokerId{2});
  EXPECT_EQ(refusal("g"), Errc::kNotCoordinator);
  EXPECT_TRUE(directory_->coordinators(0).empty() && directory_->coordinators(1).empty());
}

// The controller's shard knows the new image before the group's shard has taken it over.
TEST_F(GroupDirectoryTest, a_coordinator_that_is_yet_to_be_made_is_loading) {
  for (auto& shard : shards_) shard.hold();
  const Uuid id = publish_offsets_topic();
  for (const std::string group : {"g0", "g1", "g2", "g3"}) {
    const size_t owner = replicas_->owner(id, partition_for(group, 4));
    auto asked = directory_->call<int>(shards_[owner], *image_, group,
                                       [](GroupCoordinator&) -> Task<int> { co_return 1; });
    EXPECT_EQ(wait(std::move(asked)).error().code, Errc::kCoordinatorLoadInProgress);
  }
  for (auto& shard : shards_) shard.let_go();
  scheduler_.run();
  EXPECT_EQ(commit("g0", "t").value(), 0);
}

TEST_F(GroupDirectoryTest, a_deleted_offsets_topic_takes_its_coordinators_along) {
  const Uuid id = publish_offsets_topic();
  commit("g", "t");
  publish_removal(id);
  EXPECT_TRUE(directory_->coordinators(0).empty() && directory_->coordinators(1).empty());
  EXPECT_EQ(refusal("g"), Errc::kCoordinatorNotAvailable);
}

TEST_F(GroupDirectoryTest, an_offsets_topic_that_is_made_again_begins_anew) {
  publish_removal(publish_offsets_topic());
  const Uuid again = publish_offsets_topic();
  EXPECT_EQ(offsets("g"), "");
  EXPECT_EQ(commit("g", "t").value(), 0);
  EXPECT_EQ(offsets("g"), "t:5");
  const int32_t partition = partition_for("g", 4);
  EXPECT_EQ(owner_of(again, partition).find(again, partition)->offsets().log_end, Offset{1});
}

// The shards see one image only, in which the topic has another id.
TEST_F(GroupDirectoryTest, an_offsets_topic_of_another_id_is_another_topic) {
  const Uuid id = publish_offsets_topic();
  commit("g", "t");
  for (auto& shard : shards_) shard.hold();
  publish_removal(id);
  publish_offsets_topic();
  for (auto& shard : shards_) shard.let_go();
  scheduler_.advance(std::chrono::seconds(1));  // the old directories are still in use at first
  EXPECT_EQ(offsets("g"), "");
  EXPECT_EQ(commit("g", "t").value(), 0);
}

TEST_F(GroupDirectoryTest, a_member_that_waits_is_told_when_the_offsets_topic_goes) {
  delay_ms_ = 3'000;
  restart();
  const Uuid id = publish_offsets_topic();
  auto joined = begin_join("g");
  scheduler_.run();
  EXPECT_FALSE(joined.ready());
  publish_removal(id);
  EXPECT_EQ(wait(std::move(joined)).value().error_code, 16);  // NOT_COORDINATOR
}

TEST_F(GroupDirectoryTest, a_commit_on_its_way_ends_when_the_offsets_topic_goes) {
  const Uuid id = publish_offsets_topic();
  storage_.hold_flushes = true;
  auto committed = begin_commit("g", "t");
  scheduler_.run();
  EXPECT_FALSE(committed.ready());
  publish_removal(id);
  storage_.hold_flushes = false;
  storage_.release_flush();
  EXPECT_NE(wait(std::move(committed)).value().topics.at(0).partitions.at(0).error_code, 0);
}

TEST_F(GroupDirectoryTest, groups_that_move_away_and_back_are_found_again) {
  delay_ms_ = 3'000;
  restart();
  const Uuid id = publish_offsets_topic();
  commit("g", "t");
  auto joined = begin_join("g");
  scheduler_.run();
  publish_leader(id, BrokerId{2});
  EXPECT_EQ(wait(std::move(joined)).value().error_code, 16);  // NOT_COORDINATOR
  EXPECT_EQ(refusal("g"), Errc::kNotCoordinator);
  publish_leader(id, kSelf);
  EXPECT_EQ(offsets("g"), "t:5");
  EXPECT_EQ(commit("g", "u").value(), 0);
}

TEST_F(GroupDirectoryTest, groups_are_found_again_by_a_new_directory) {
  publish_offsets_topic();
  commit("g", "t");
  commit("h", "u");
  restart();
  EXPECT_EQ(offsets("g") + " " + offsets("h"), "t:5 u:5");
}

TEST_F(GroupDirectoryTest, offsets_of_a_deleted_topic_go_everywhere) {
  publish_offsets_topic();
  const Uuid orders = publish_topic("orders", 1);
  publish_topic("other", 1);
  for (const std::string group : {"g0", "g1", "g2", "g3"}) {
    commit(group, "orders");
    commit(group, "other");
  }
  publish_removal(orders);
  for (const std::string group : {"g0", "g1", "g2", "g3"}) EXPECT_EQ(offsets(group), "other:5");
  restart();
  EXPECT_EQ(offsets("g0"), "other:5");
}

TEST_F(GroupDirectoryTest, stopping_answers_that_this_is_no_coordinator) {
  publish_offsets_topic();
  wait(directory_->stop(shards_[0]));
  EXPECT_EQ(commit("g", "t").value(), 16);  // NOT_COORDINATOR
}

}  // namespace
}  // namespace tenon::groups
