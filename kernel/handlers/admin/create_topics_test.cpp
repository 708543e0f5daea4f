// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/create_topics.h"

#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class CreateTopicsTest : public HandlerTest {
 protected:
  using Asked = wire::CreateTopicsRequest::CreatableTopic;
  using Result = wire::CreateTopicsResponse::CreatableTopicResult;

  static Asked asked(const std::string& name, int32_t partitions, int16_t factor = 1) {
    Asked made;
    made.name = name;
    made.num_partitions = partitions;
    made.replication_factor = factor;
    return made;
  }
  wire::CreateTopicsResponse make(std::vector<Asked> topics, bool validate_only = false,
                                  size_t shard = 0) {
    wire::CreateTopicsRequest request;
    request.topics = std::move(topics);
    request.validate_only = validate_only;
    return ask(handle_create_topics, std::move(request), 7, shard);
  }
  Result make_one(Asked topic) { return make({std::move(topic)}).topics.at(0); }
};

TEST_F(CreateTopicsTest, makes_a_topic_with_its_partitions_and_a_real_id) {
  const Result made = make_one(asked("t", 3));
  EXPECT_EQ(code(made.error_code), ErrorCode::kNone);
  EXPECT_EQ(made.error_message, std::nullopt);
  EXPECT_EQ(made.num_partitions, 3);
  EXPECT_EQ(made.replication_factor, 1);
  ASSERT_NE(topic("t"), nullptr);
  EXPECT_EQ(made.topic_id, topic("t")->id);
  EXPECT_FALSE(made.topic_id.is_zero());
}

TEST_F(CreateTopicsTest, every_partition_of_a_new_topic_can_be_written) {
  make({asked("t", 4)}, false, 1);
  for (int32_t i = 0; i < 4; ++i) EXPECT_EQ(append("t", i, {"a"}), 0);
}

TEST_F(CreateTopicsTest, waits_for_every_shard) {
  wire::CreateTopicsRequest request;
  request.topics = {asked("t", 1)};
  EXPECT_TRUE(waits_for_shard_1(handle_create_topics, request));
}

TEST_F(CreateTopicsTest, minus_one_means_the_defaults) {
  const Result made = make_one(asked("t", -1, -1));
  EXPECT_EQ(made.num_partitions, 2);
  EXPECT_EQ(made.replication_factor, 1);
}

TEST_F(CreateTopicsTest, lists_every_config_and_where_it_comes_from) {
  Asked with = asked("t", 1);
  with.configs.push_back({.name = "retention.ms", .value = "1000"});
  const Result made = make_one(with);
  const auto find = [&](const std::string& name) {
    return *std::ranges::find(*made.configs, name, [](const auto& c) { return c.name; });
  };
  EXPECT_EQ(find("retention.ms").value, "1000");
  EXPECT_EQ(find("retention.ms").config_source, 1);  // the topic's own
  EXPECT_EQ(find("cleanup.policy").value, "delete");
  EXPECT_EQ(find("cleanup.policy").config_source, 5);  // the default
}

TEST_F(CreateTopicsTest, each_topic_succeeds_or_fails_on_its_own) {
  create("old");
  const auto made = make({asked("old", 1), asked("a b", 1), asked("none", 0), asked("far", 1, 3),
                          asked("good", 1)})
                        .topics;
  EXPECT_EQ(code(made.at(0).error_code), ErrorCode::kTopicAlreadyExists);
  EXPECT_EQ(code(made.at(1).error_code), ErrorCode::kInvalidTopicException);
  EXPECT_EQ(code(made.at(2).error_code), ErrorCode::kInvalidPartitions);
  EXPECT_EQ(code(made.at(3).error_code), ErrorCode::kInvalidReplicationFactor);
  EXPECT_EQ(code(made.at(4).error_code), ErrorCode::kNone);
  EXPECT_EQ(made.at(0).error_message, "Topic 'old' already exists");
  EXPECT_NE(topic("good"), nullptr);
}

TEST_F(CreateTopicsTest, refuses_a_config_that_is_unknown_or_out_of_bounds) {
  Asked unknown = asked("t", 1);
  unknown.configs.push_back({.name = "retention.hours", .value = "1"});
  Asked bad = asked("u", 1);
  bad.configs.push_back({.name = "retention.ms", .value = "soon"});
  const auto made = make({unknown, bad}).topics;
  EXPECT_EQ(code(made.at(0).error_code), ErrorCode::kInvalidConfig);
  EXPECT_EQ(code(made.at(1).error_code), ErrorCode::kInvalidConfig);
}

TEST_F(CreateTopicsTest, takes_a_manual_assignment) {
  Asked manual = asked("t", -1, -1);
  manual.assignments = {{.partition_index = 1, .broker_ids = {1}},
                        {.partition_index = 0, .broker_ids = {1}}};
  EXPECT_EQ(make_one(manual).num_partitions, 2);
  Asked wrong = asked("u", -1, -1);
  wrong.assignments = {{.partition_index = 0, .broker_ids = {9}}};
  EXPECT_EQ(code(make_one(wrong).error_code), ErrorCode::kInvalidReplicaAssignment);
}

TEST_F(CreateTopicsTest, validating_only_makes_nothing) {
  const auto made = make({asked("t", 3), asked("a b", 1)}, true).topics;
  EXPECT_EQ(code(made.at(0).error_code), ErrorCode::kNone);
  EXPECT_EQ(made.at(0).num_partitions, 3);
  EXPECT_EQ(code(made.at(1).error_code), ErrorCode::kInvalidTopicException);
  EXPECT_EQ(topic("t"), nullptr);
}

TEST_F(CreateTopicsTest, clients_may_not_make_internal_topics) {
  EXPECT_EQ(code(make_one(asked("__consumer_offsets", 1)).error_code),
            ErrorCode::kInvalidTopicException);
}

}  // namespace
}  // namespace tenon::handlers
