// SPDX-License-Identifier: Apache-2.0
//
// The hash partitioner: the suite, the Java client's own murmur2 vectors, and partitions that two
// other clients computed (tests/fixtures/make_partitions.py).

#include "conformance/partitioner_suite.hpp"
#include "tenon/hash.hpp"

namespace tenon::conformance {
namespace {

TENON_PARTITIONER_SUITE(HashPartitionerTest, "hash")

int32_t signed_murmur2(std::string_view text) {
  return static_cast<int32_t>(murmur2(ByteView(text)));
}

TEST(Murmur2Test, equals_the_published_vectors_of_the_java_client) {
  EXPECT_EQ(signed_murmur2("21"), -973932308);
  EXPECT_EQ(signed_murmur2("foobar"), -790332482);
  EXPECT_EQ(signed_murmur2("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(signed_murmur2("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(signed_murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
  EXPECT_EQ(signed_murmur2("abc"), 479470107);
}

TEST_F(HashPartitionerTest, equals_the_partitions_of_other_clients) {
  EXPECT_EQ(kit_.check_vectors(TENON_FIXTURES "/partitions_murmur2.txt"), "");
}

TEST_F(HashPartitionerTest, spreads_keys_evenly) {
  EXPECT_EQ(kit_.check_balance(), "");
}

TEST_F(HashPartitionerTest, leaves_records_without_a_key_to_the_host) {
  EXPECT_EQ(kit_.keyless(TestTopic(8)), TN_PARTITION_ANY);
}

TEST_F(HashPartitionerTest, an_empty_key_is_a_key) {
  EXPECT_GE(kit_.keyed("", TestTopic(8)), 0);
}

TEST_F(HashPartitionerTest, a_key_keeps_its_partition_when_the_leader_is_gone) {
  TestTopic topic(8);
  const int32_t partition = kit_.keyed("customer-17", topic);
  topic.take_down(partition);
  EXPECT_EQ(kit_.keyed("customer-17", topic), partition);
}

}  // namespace
}  // namespace tenon::conformance
