// SPDX-License-Identifier: Apache-2.0
//
// The crc32 partitioner: the suite, and partitions that librdkafka's `consistent` computed
// (tests/fixtures/make_partitions.py).

#include "conformance/partitioner_suite.hpp"
#include "tenon/hash.hpp"

namespace tenon::conformance {
namespace {

TENON_PARTITIONER_SUITE(Crc32PartitionerTest, "crc32")

TEST(Crc32Test, equals_the_check_value_of_the_standard) {
  EXPECT_EQ(crc32(ByteView(std::string_view("123456789"))), 0xcbf43926u);
  EXPECT_EQ(crc32(ByteView()), 0u);
}

TEST_F(Crc32PartitionerTest, equals_the_partitions_of_librdkafka) {
  EXPECT_EQ(kit_.check_vectors(TENON_FIXTURES "/partitions_crc32.txt"), "");
}

TEST_F(Crc32PartitionerTest, leaves_records_without_a_key_to_the_host) {
  EXPECT_EQ(kit_.keyless(TestTopic(8)), TN_PARTITION_ANY);
}

TEST_F(Crc32PartitionerTest, an_empty_key_is_a_key_of_partition_0) {
  EXPECT_EQ(kit_.keyed("", TestTopic(8)), 0);
}

}  // namespace
}  // namespace tenon::conformance
