// SPDX-License-Identifier: Apache-2.0

#include "controller/topics/topic_rules.h"

#include <set>

#include "controller/topics/plan_fixture.h"

namespace tenon::controller {
namespace {

class TopicRulesTest : public PlanFixture {};

TEST_F(TopicRulesTest, names_of_letters_digits_dot_underscore_and_dash_are_valid) {
  for (const char* name : {"a", "A-b_c.9", "...", "__consumer_offsets"})
    EXPECT_TRUE(check_topic_name(name)) << name;
  EXPECT_TRUE(check_topic_name(std::string(249, 'x')));
}

TEST_F(TopicRulesTest, other_names_are_not) {
  for (const char* name : {"", ".", "..", "a b", "a/b", "a,b", "caf\xc3\xa9", "a\n"})
    EXPECT_EQ(code(check_topic_name(name)), Errc::kInvalidTopic) << name;
  EXPECT_EQ(code(check_topic_name(std::string(250, 'x'))), Errc::kInvalidTopic);
  EXPECT_EQ(code(check_topic_name(std::string_view("a\0b", 3))), Errc::kInvalidTopic);
}

TEST_F(TopicRulesTest, configs_are_checked_by_their_names_and_values) {
  EXPECT_TRUE(check_configs(policy_, {{"retention.ms", "1000"}}));
  EXPECT_EQ(code(check_configs(policy_, {{"retention.ms", "soon"}})), Errc::kInvalidConfig);
  EXPECT_EQ(code(check_configs(policy_, {{"no.such.config", "1"}})), Errc::kInvalidConfig);
}

TEST_F(TopicRulesTest, the_broker_may_refuse_a_config_that_is_valid_in_itself) {
  policy_.check_config = [](const config::TopicConfig& config) -> Result<> {
    if (config.tenon_storage == "segment") return {};
    return fail(Errc::kInvalidConfig, "", "no such storage is loaded");
  };
  EXPECT_TRUE(check_configs(policy_, {{"tenon.storage", "segment"}}));
  EXPECT_EQ(code(check_configs(policy_, {{"tenon.storage", "tape"}})), Errc::kInvalidConfig);
}

TEST_F(TopicRulesTest, replicas_must_be_different_registered_brokers) {
  brokers(3);
  EXPECT_TRUE(check_replicas(*image_, 0, replicas({3, 1})));
  for (const auto& wrong : {replicas({}), replicas({1, 2, 1}), replicas({1, 9})})
    EXPECT_EQ(code(check_replicas(*image_, 0, wrong)), Errc::kInvalidReplicaAssignment);
}

TEST_F(TopicRulesTest, placement_spreads_leaders_and_followers_over_the_brokers) {
  brokers(3);
  const auto placed = place_replicas(*image_, {.partitions = 6, .replication_factor = 2}, random_);
  ASSERT_TRUE(placed);
  std::map<BrokerId, int> leaders;
  std::map<BrokerId, int> all;
  for (const Replicas& each : *placed) {
    EXPECT_NE(each[0], each[1]);
    ++leaders[each[0]];
    for (const BrokerId id : each) ++all[id];
  }
  for (const auto& [id, count] : leaders) EXPECT_EQ(count, 2);
  for (const auto& [id, count] : all) EXPECT_EQ(count, 4);
}

TEST_F(TopicRulesTest, more_replicas_than_brokers_are_refused) {
  const auto placed = place_replicas(*image_, {.partitions = 1, .replication_factor = 2}, random_);
  EXPECT_EQ(code(placed), Errc::kInvalidReplicationFactor);
}

TEST_F(TopicRulesTest, a_new_partition_is_led_by_its_first_replica_with_all_in_sync) {
  const auto partition = new_partition(4, replicas({2, 1}));
  EXPECT_EQ(partition.index, 4);
  EXPECT_EQ(partition.leader, BrokerId{2});
  EXPECT_EQ(partition.isr, partition.replicas);
  EXPECT_EQ(partition.leader_epoch, LeaderEpoch{0});
}

}  // namespace
}  // namespace tenon::controller
