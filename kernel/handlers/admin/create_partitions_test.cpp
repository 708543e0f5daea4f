// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/create_partitions.h"

#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class CreatePartitionsTest : public HandlerTest {
 protected:
  ErrorCode grow(const std::string& name, int32_t count, bool validate_only = false) {
    return grow_with(name, count, std::nullopt, validate_only);
  }
  ErrorCode grow_with(const std::string& name, int32_t count,
                      std::optional<std::vector<std::vector<int32_t>>> brokers,
                      bool validate_only = false) {
    wire::CreatePartitionsRequest request;
    request.validate_only = validate_only;
    auto& asked = request.topics.emplace_back();
    asked.name = name;
    asked.count = count;
    if (!brokers) asked.assignments.reset();
    for (auto& list : brokers.value_or(std::vector<std::vector<int32_t>>{})) {
      asked.assignments->push_back({.broker_ids = list});
    }
    const auto response = ask(handle_create_partitions, std::move(request));
    EXPECT_EQ(response.results.at(0).name, name);
    return code(response.results.at(0).error_code);
  }
};

TEST_F(CreatePartitionsTest, a_grown_topic_can_be_written_in_its_new_partitions) {
  create("t", 1);
  EXPECT_EQ(grow("t", 3), ErrorCode::kNone);
  EXPECT_EQ(topic("t")->partitions.size(), 3U);
  EXPECT_EQ(append("t", 2, {"a"}), 0);
}

TEST_F(CreatePartitionsTest, every_shard_knows_when_it_is_answered) {
  create("t", 1);
  wire::CreatePartitionsRequest request;
  request.topics.push_back({.name = "t", .count = 2, .assignments = std::nullopt});
  EXPECT_TRUE(waits_for_shard_1(handle_create_partitions, request));
}

TEST_F(CreatePartitionsTest, a_topic_does_not_shrink) {
  create("t", 2);
  EXPECT_EQ(grow("t", 1), ErrorCode::kInvalidPartitions);
  EXPECT_EQ(grow("t", 2), ErrorCode::kInvalidPartitions);
}

TEST_F(CreatePartitionsTest, an_unknown_topic_is_not_made) {
  EXPECT_EQ(grow("t", 2), ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(CreatePartitionsTest, takes_replicas_for_the_new_partitions_only) {
  create("t", 1);
  EXPECT_EQ(grow_with("t", 3, std::vector<std::vector<int32_t>>{{1}}),
            ErrorCode::kInvalidReplicaAssignment);
  EXPECT_EQ(grow_with("t", 2, std::vector<std::vector<int32_t>>{{9}}),
            ErrorCode::kInvalidReplicaAssignment);
  EXPECT_EQ(grow_with("t", 2, std::vector<std::vector<int32_t>>{{1}}), ErrorCode::kNone);
}

TEST_F(CreatePartitionsTest, validating_only_changes_nothing) {
  create("t", 1);
  EXPECT_EQ(grow("t", 3, true), ErrorCode::kNone);
  EXPECT_EQ(topic("t")->partitions.size(), 1U);
}

}  // namespace
}  // namespace tenon::handlers
