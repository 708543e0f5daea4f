// SPDX-License-Identifier: Apache-2.0
//
// The round-robin partitioner: the suite, the order of turns, and partitions without a leader.

#include "conformance/partitioner_suite.hpp"

namespace tenon::conformance {
namespace {

TENON_PARTITIONER_SUITE(RoundRobinPartitionerTest, "round-robin")

using Turns = std::vector<int32_t>;

Turns take_turns(const PartitionerKit& kit, const TestTopic& topic, int n) {
  Turns turns;
  for (int i = 0; i < n; i++) turns.push_back(kit.keyless(topic));
  return turns;
}

TEST_F(RoundRobinPartitionerTest, takes_each_partition_in_turn) {
  EXPECT_EQ(take_turns(kit_, TestTopic(3), 7), (Turns{0, 1, 2, 0, 1, 2, 0}));
}

TEST_F(RoundRobinPartitionerTest, does_not_look_at_keys) {
  const TestTopic topic(3);
  EXPECT_EQ(kit_.keyed("a", topic), 0);
  EXPECT_EQ(kit_.keyed("a", topic), 1);
}

TEST_F(RoundRobinPartitionerTest, passes_over_partitions_without_a_leader) {
  TestTopic topic(4);
  topic.take_down(1);
  topic.take_down(3);
  EXPECT_EQ(take_turns(kit_, topic, 5), (Turns{0, 2, 0, 2, 0}));
}

TEST_F(RoundRobinPartitionerTest, goes_on_when_no_partition_has_a_leader) {
  TestTopic topic(2);
  topic.take_down(0);
  topic.take_down(1);
  EXPECT_EQ(take_turns(kit_, topic, 3), (Turns{0, 1, 0}));
}

TEST_F(RoundRobinPartitionerTest, follows_a_topic_that_grows) {
  EXPECT_EQ(take_turns(kit_, TestTopic(2), 3), (Turns{0, 1, 0}));
  EXPECT_EQ(take_turns(kit_, TestTopic(4), 3), (Turns{1, 2, 3}));
}

TEST_F(RoundRobinPartitionerTest, each_state_counts_for_itself_and_begins_one_further) {
  const TestTopic topic(4);
  void* second = kit_.new_state();
  EXPECT_EQ(kit_.keyless(topic), 0);
  EXPECT_EQ(kit_.keyless(topic, second), 1);
  EXPECT_EQ(kit_.keyless(topic), 1);
  kit_.free_state(second);
}

TEST_F(RoundRobinPartitionerTest, leaves_the_choice_to_the_host_without_a_state) {
  EXPECT_EQ(kit_.keyless(TestTopic(4), nullptr), TN_PARTITION_ANY);
}

}  // namespace
}  // namespace tenon::conformance
