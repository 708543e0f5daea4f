// SPDX-License-Identifier: Apache-2.0
//
// The sticky partitioner: the suite, when it stays, when it moves, and how evenly it moves.

#include "conformance/partitioner_suite.hpp"

namespace tenon::conformance {
namespace {

TENON_PARTITIONER_SUITE(StickyPartitionerTest, "sticky")

TEST_F(StickyPartitionerTest, keys_go_where_the_java_client_sends_them) {
  EXPECT_EQ(kit_.check_vectors(TENON_FIXTURES "/partitions_murmur2.txt"), "");
}

TEST_F(StickyPartitionerTest, stays_until_its_batch_is_closed) {
  const TestTopic topic(10);
  const int32_t first = kit_.keyless(topic);
  for (int i = 0; i < 100; i++) EXPECT_EQ(kit_.keyless(topic), first);
  kit_.new_batch(topic, first);
  EXPECT_NE(kit_.keyless(topic), first);
}

TEST_F(StickyPartitionerTest, stays_when_a_batch_of_another_partition_is_closed) {
  const TestTopic topic(10);
  const int32_t first = kit_.keyless(topic);
  kit_.new_batch(topic, (first + 1) % 10);
  EXPECT_EQ(kit_.keyless(topic), first);
}

TEST_F(StickyPartitionerTest, moves_when_its_partition_loses_the_leader) {
  TestTopic topic(10);
  const int32_t first = kit_.keyless(topic);
  topic.take_down(first);
  EXPECT_NE(kit_.keyless(topic), first);
}

TEST_F(StickyPartitionerTest, draws_only_partitions_that_have_a_leader) {
  TestTopic topic(4);
  topic.take_down(0);
  topic.take_down(2);
  for (int i = 0; i < 50; i++) {
    const int32_t partition = kit_.keyless(topic);
    EXPECT_EQ(partition % 2, 1);
    kit_.new_batch(topic, partition);
  }
}

TEST_F(StickyPartitionerTest, stays_on_the_only_partition_that_has_a_leader) {
  TestTopic topic(2);
  topic.take_down(0);
  kit_.new_batch(topic, kit_.keyless(topic));
  EXPECT_EQ(kit_.keyless(topic), 1);
}

TEST_F(StickyPartitionerTest, draws_any_when_no_partition_has_a_leader) {
  TestTopic topic(2);
  topic.take_down(0);
  topic.take_down(1);
  EXPECT_GE(kit_.keyless(topic), 0);
}

// 16000 batches over 16 partitions; each is drawn 1000 times within five standard deviations.
TEST_F(StickyPartitionerTest, draws_uniformly) {
  const TestTopic topic(16);
  std::vector<int> counts(16, 0);
  for (int i = 0; i < 16000; i++) {
    const int32_t partition = kit_.keyless(topic);
    counts[static_cast<size_t>(partition)]++;
    kit_.new_batch(topic, partition);
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 160);
}

TEST_F(StickyPartitionerTest, refuses_a_host_without_randomness) {
  TestHost poor;
  poor.hide_extensions();
  EXPECT_THROW(PartitionerKit(poor, "sticky"), Error);
}

}  // namespace
}  // namespace tenon::conformance
