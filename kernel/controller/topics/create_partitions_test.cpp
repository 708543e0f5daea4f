// SPDX-License-Identifier: Apache-2.0
//
// CreatePartitions as Kafka answers it.

#include "controller/topics/plan_fixture.h"

namespace tenon::controller {
namespace {

class CreatePartitionsTest : public PlanFixture {
 protected:
  static MorePartitions to(const std::string& topic, int32_t count) {
    return {.topic = topic, .count = count, .assignments = std::nullopt};
  }
  static MorePartitions to(const std::string& topic, int32_t count,
                           std::vector<Replicas> assignments) {
    return {.topic = topic, .count = count, .assignments = std::move(assignments)};
  }
  Plan<> plan(const std::vector<MorePartitions>& topics, bool validate_only = false) {
    return plan_create_partitions(context(), topics, validate_only);
  }
  Errc refusal(const MorePartitions& more) { return code(plan({more}).results.front()); }
};

TEST_F(CreatePartitionsTest, a_topic_grows_to_the_count) {
  given_topic("a", 2);
  const auto before = image_->find("a")->partitions;
  given(plan({to("a", 5)}).records);
  const auto& after = image_->find("a")->partitions;
  ASSERT_EQ(after.size(), 5u);
  EXPECT_EQ(after[1], before[1]);
  EXPECT_EQ(after[4].leader, BrokerId{1});
}

TEST_F(CreatePartitionsTest, it_cannot_shrink_or_stay) {
  given_topic("a", 2);
  for (const int32_t count : {2, 1, 0, -1})
    EXPECT_EQ(refusal(to("a", count)), Errc::kInvalidPartitions) << count;
}

TEST_F(CreatePartitionsTest, an_unknown_topic_is_refused) {
  EXPECT_EQ(refusal(to("none", 5)), Errc::kUnknownTopicOrPartition);
}

TEST_F(CreatePartitionsTest, each_topic_has_its_result) {
  given_topic("a");
  given_topic("b");
  const auto planned = plan({to("a", 2), to("none", 2), to("b", 1)});
  ASSERT_EQ(planned.results.size(), 3u);
  EXPECT_TRUE(planned.results[0]);
  EXPECT_EQ(code(planned.results[1]), Errc::kUnknownTopicOrPartition);
  EXPECT_EQ(code(planned.results[2]), Errc::kInvalidPartitions);
  EXPECT_EQ(planned.records.size(), 1u);
}

TEST_F(CreatePartitionsTest, assignments_place_the_new_partitions) {
  brokers(3);
  given_topic("a", 1);
  given(plan({to("a", 3, {replicas({3}), replicas({2})})}).records);
  EXPECT_EQ(image_->find("a")->partitions[1].leader, BrokerId{3});
  EXPECT_EQ(image_->find("a")->partitions[2].leader, BrokerId{2});
}

TEST_F(CreatePartitionsTest, assignments_must_fit) {
  brokers(2);
  given_topic("a", 1);
  const Errc expected = Errc::kInvalidReplicaAssignment;
  EXPECT_EQ(refusal(to("a", 3, {replicas({1})})), expected);
  EXPECT_EQ(refusal(to("a", 2, {})), expected);
  EXPECT_EQ(refusal(to("a", 2, {replicas({1, 2})})), expected);
  EXPECT_EQ(refusal(to("a", 2, {replicas({9})})), expected);
}

TEST_F(CreatePartitionsTest, a_topic_named_twice_is_refused_both_times) {
  given_topic("a");
  const auto planned = plan({to("a", 2), to("a", 3)});
  for (const auto& result : planned.results) EXPECT_EQ(code(result), Errc::kInvalidRequest);
}

TEST_F(CreatePartitionsTest, too_many_in_one_request_are_refused) {
  given_topic("a");
  EXPECT_EQ(refusal(to("a", 102)), Errc::kPolicyViolation);
  EXPECT_EQ(refusal(to("a", INT32_MAX)), Errc::kPolicyViolation);
}

TEST_F(CreatePartitionsTest, validating_only_makes_no_records) {
  given_topic("a");
  const auto planned = plan({to("a", 2)}, true);
  EXPECT_TRUE(planned.results[0]);
  EXPECT_TRUE(planned.records.empty());
}

}  // namespace
}  // namespace tenon::controller
