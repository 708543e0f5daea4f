// SPDX-License-Identifier: Apache-2.0
//
// Many clients produce at once and want their records on the disk before they are answered: how
// often a whole broker syncs for them, and on which threads. The disk is as slow as the test wants:
// every sync is held back until all requests have been appended.

#include "broker_fixture.h"

namespace tenon::testing {
namespace {

class SyncTrace : public BrokerFixture {
 protected:
  static constexpr int kRequests = 32;

  // One request from each of kRequests connections, to the partitions in turn, observed.
  void produce_at_once(int32_t partitions) {
    create_topic("t", "before_ack", {}, partitions);
    for (int32_t i = 0; i < partitions; ++i) produce("t", i, batch(1, 100));
    Observation::begin();
    Observation::hold_syncs();
    for (int i = 0; i < kRequests; ++i) {
      use_connection(static_cast<size_t>(i));
      Bytes records = batch(1, 100);
      send_produce("t", i % partitions, records);
    }
    wait_until_appended(partitions);
    Observation::release_syncs();
    for (int i = 0; i < kRequests; ++i) {
      use_connection(static_cast<size_t>(i));
      EXPECT_EQ(receive_produced(), 0);
    }
    Observation::end();
  }

  // Until every request has been written and has asked for its sync: a shard that answers a fetch
  // has ended what it did before it.
  void wait_until_appended(int32_t partitions) {
    EXPECT_TRUE(net::testing::eventually(
        [] { return Observation::count(Call::kWrite) == size_t{kRequests}; }));
    use_connection(kRequests);
    for (int32_t i = 0; i < partitions; ++i) EXPECT_GT(fetch("t", i, 0), 0u);
  }

  static void expect_syncs_off_the_shards() {
    for (const std::string& thread : Observation::syncs())
      EXPECT_TRUE(thread.starts_with("tenon-pool-")) << thread;
  }
};

// The first request's sync, and one for all that came while it was under way.
TEST_F(SyncTrace, requests_for_one_partition_share_two_syncs) {
  produce_at_once(1);
  const size_t syncs = Observation::syncs().size();
  printf("%d requests to one partition, %zu syncs\n", kRequests, syncs);
  EXPECT_GE(syncs, 1u);
  EXPECT_LE(syncs, 2u);
  expect_syncs_off_the_shards();
}

TEST_F(SyncTrace, requests_for_several_partitions_share_two_syncs_of_each) {
  constexpr int32_t kPartitions = 4;
  produce_at_once(kPartitions);
  const size_t syncs = Observation::syncs().size();
  printf("%d requests to %d partitions, %zu syncs\n", kRequests, kPartitions, syncs);
  EXPECT_GE(syncs, size_t{kPartitions});
  EXPECT_LE(syncs, size_t{2 * kPartitions});
  expect_syncs_off_the_shards();
}

}  // namespace
}  // namespace tenon::testing
