// SPDX-License-Identifier: Apache-2.0
//
// CreateTopics as Kafka answers it.

#include "controller/topics/plan_fixture.h"

namespace tenon::controller {
namespace {

class CreateTopicsTest : public PlanFixture {
 protected:
  static NewTopic named(const std::string& name) {
    NewTopic topic;
    topic.name = name;
    return topic;
  }
  static NewTopic sized(int32_t partitions, int32_t replication_factor) {
    NewTopic topic = named("a");
    topic.partitions = partitions;
    topic.replication_factor = replication_factor;
    return topic;
  }
  static NewTopic assigned(std::vector<ReplicaAssignment> assignments) {
    NewTopic topic = named("a");
    topic.assignments = std::move(assignments);
    return topic;
  }
  Plan<CreatedTopic> plan(const std::vector<NewTopic>& topics, CreateTopicsOptions options = {}) {
    return plan_create_topics(context(), topics, options);
  }
  Result<CreatedTopic> create(const NewTopic& topic) { return plan({topic}).results.front(); }
  Errc refusal(const NewTopic& topic) { return code(create(topic)); }
};

TEST_F(CreateTopicsTest, minus_one_means_the_default) {
  const auto created = create(named("a"));
  ASSERT_TRUE(created) << created.error().text();
  EXPECT_EQ(created->partitions, 3);
  EXPECT_EQ(created->replication_factor, 1);
}

TEST_F(CreateTopicsTest, the_records_make_the_topic) {
  NewTopic topic = sized(2, 1);
  topic.configs.emplace_back("retention.ms", "1000");
  const auto planned = plan({topic});
  given(planned.records);
  const auto* made = image_->find("a");
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->id, planned.results[0]->id);
  EXPECT_EQ(made->partitions.size(), 2u);
  EXPECT_EQ(made->configs.at("retention.ms"), "1000");
}

TEST_F(CreateTopicsTest, numbers_that_make_no_sense_are_refused) {
  EXPECT_EQ(refusal(sized(0, -1)), Errc::kInvalidPartitions);
  EXPECT_EQ(refusal(sized(-2, -1)), Errc::kInvalidPartitions);
  EXPECT_EQ(refusal(sized(1, 0)), Errc::kInvalidReplicationFactor);
  EXPECT_EQ(refusal(sized(1, -2)), Errc::kInvalidReplicationFactor);
  EXPECT_EQ(refusal(sized(1, 2)), Errc::kInvalidReplicationFactor);
}

TEST_F(CreateTopicsTest, an_invalid_name_is_refused) {
  EXPECT_EQ(refusal(named("a b")), Errc::kInvalidTopic);
}

TEST_F(CreateTopicsTest, an_existing_name_is_refused) {
  given_topic("a");
  EXPECT_EQ(refusal(named("a")), Errc::kTopicAlreadyExists);
}

TEST_F(CreateTopicsTest, a_name_that_metrics_cannot_tell_from_another_is_refused) {
  given_topic("my.topic");
  EXPECT_EQ(refusal(named("my_topic")), Errc::kInvalidTopic);
  const auto planned = plan({named("x.y"), named("x_y")});
  EXPECT_TRUE(planned.results[0]);
  EXPECT_EQ(code(planned.results[1]), Errc::kInvalidTopic);
}

TEST_F(CreateTopicsTest, a_name_twice_in_a_request_is_refused_both_times) {
  const auto planned = plan({named("a"), named("b"), named("a")});
  EXPECT_EQ(code(planned.results[0]), Errc::kInvalidRequest);
  EXPECT_TRUE(planned.results[1]);
  EXPECT_EQ(code(planned.results[2]), Errc::kInvalidRequest);
}

TEST_F(CreateTopicsTest, internal_topics_are_made_by_the_broker_only) {
  EXPECT_EQ(refusal(named("__consumer_offsets")), Errc::kInvalidTopic);
  EXPECT_TRUE(plan({named("__consumer_offsets")}, {.internal = true}).results[0]);
  EXPECT_TRUE(create(named("__mine")));
}

TEST_F(CreateTopicsTest, a_manual_assignment_says_everything) {
  brokers(3);
  const auto planned = plan({assigned({{1, replicas({3, 2})}, {0, replicas({2, 1})}})});
  ASSERT_TRUE(planned.results[0]) << planned.results[0].error().text();
  EXPECT_EQ(planned.results[0]->partitions, 2);
  EXPECT_EQ(planned.results[0]->replication_factor, 2);
  given(planned.records);
  EXPECT_EQ(image_->find("a")->partitions[0].replicas, replicas({2, 1}));
  EXPECT_EQ(image_->find("a")->partitions[1].leader, BrokerId{3});
}

TEST_F(CreateTopicsTest, a_manual_assignment_leaves_no_place_for_numbers) {
  NewTopic topic = assigned({{0, replicas({1})}});
  topic.partitions = 1;
  EXPECT_EQ(refusal(topic), Errc::kInvalidRequest);
  topic.partitions = -1;
  topic.replication_factor = 1;
  EXPECT_EQ(refusal(topic), Errc::kInvalidRequest);
}

TEST_F(CreateTopicsTest, a_manual_assignment_that_contradicts_itself_is_refused) {
  brokers(2);
  const Errc expected = Errc::kInvalidReplicaAssignment;
  EXPECT_EQ(refusal(assigned({{1, replicas({1})}})), expected);
  EXPECT_EQ(refusal(assigned({{-1, replicas({1})}})), expected);
  EXPECT_EQ(refusal(assigned({{0, replicas({1})}, {0, replicas({2})}})), expected);
  EXPECT_EQ(refusal(assigned({{0, replicas({1})}, {2, replicas({2})}})), expected);
  EXPECT_EQ(refusal(assigned({{0, replicas({1})}, {1, replicas({1, 2})}})), expected);
  EXPECT_EQ(refusal(assigned({{0, replicas({})}})), expected);
  EXPECT_EQ(refusal(assigned({{0, replicas({7})}})), expected);
}

TEST_F(CreateTopicsTest, the_storage_is_written_down_even_when_it_is_the_default) {
  policy_.defaults.tenon_storage = "memory";
  given_topic("a");
  policy_.defaults.tenon_storage = "segment";
  EXPECT_EQ(image_->find("a")->configs.at("tenon.storage"), "memory");
}

TEST_F(CreateTopicsTest, configs_are_validated) {
  NewTopic topic = named("a");
  topic.configs.emplace_back("cleanup.policy", "shred");
  EXPECT_EQ(refusal(topic), Errc::kInvalidConfig);
  topic.configs = {{"retention.ms", std::nullopt}};
  EXPECT_EQ(refusal(topic), Errc::kInvalidConfig);
  topic.configs = {{"unknown.config", "1"}};
  EXPECT_EQ(refusal(topic), Errc::kInvalidConfig);
}

TEST_F(CreateTopicsTest, too_many_partitions_in_one_request_are_refused_together) {
  const auto planned = plan({sized(60, 1), named("b"), sized(41, 1)});
  for (const auto& result : planned.results) EXPECT_EQ(code(result), Errc::kPolicyViolation);
  EXPECT_TRUE(planned.records.empty());
  EXPECT_EQ(refusal(sized(INT32_MAX, 1)), Errc::kPolicyViolation);
}

TEST_F(CreateTopicsTest, validating_only_makes_no_records_and_no_id) {
  const auto planned = plan({named("a")}, {.validate_only = true});
  EXPECT_TRUE(planned.records.empty());
  EXPECT_EQ(planned.results[0]->partitions, 3);
  EXPECT_TRUE(planned.results[0]->id.is_zero());
}

TEST_F(CreateTopicsTest, ids_are_random_and_not_zero) {
  const auto planned = plan({named("a"), named("b")});
  EXPECT_FALSE(planned.results[0]->id.is_zero());
  EXPECT_NE(planned.results[0]->id, planned.results[1]->id);
}

}  // namespace
}  // namespace tenon::controller
