// SPDX-License-Identifier: Apache-2.0
//
// The way of one produce request through the house, asserted: which files, in which order, on how
// many threads, with how many system calls and copies.

#include <algorithm>

#include "broker_fixture.h"

namespace tenon::testing {
namespace {

class ProduceTrace : public BrokerFixture {
 protected:
  // Produces once, observed.
  void observe(const std::string& topic, int32_t partition, Bytes records) {
    Observation::begin();
    EXPECT_EQ(produce(topic, partition, std::move(records)), 0);
    Observation::end();
  }
};

const std::vector<std::string> kWay{"> net/connection",        "> handlers/dispatch",
                                    "> handlers/data/produce", "> replication/partition_table",
                                    "> replication/partition", "> log/log",
                                    "> plugin/storage",        "< replication/partition",
                                    "< handlers/data/produce", "< handlers/dispatch",
                                    "< net/connection"};

TEST_F(ProduceTrace, it_walks_through_each_room_once_down_and_once_back) {
  for (const std::string fsync : {"before_ack", "never"}) {
    create_topic(fsync, fsync);
    produce(fsync, 0, batch(10, 1000));  // the partition is open after it
    observe(fsync, 0, batch(10, 1000));
    EXPECT_EQ(Observation::walk(), kWay) << fsync;
  }
}

TEST_F(ProduceTrace, it_hops_to_the_owner_shard_and_back_at_most_once) {
  create_topic("t", "before_ack");
  std::vector<size_t> hops;
  for (const int32_t partition : {0, 1}) {
    produce("t", partition, batch(10, 1000));
    observe("t", partition, batch(10, 1000));
    hops.push_back(Observation::hops());
  }
  std::ranges::sort(hops);
  EXPECT_EQ(hops, (std::vector<size_t>{0, 2}));
}

TEST_F(ProduceTrace, it_writes_a_batch_with_one_call_from_where_it_was_received) {
  create_topic("t", "never");
  for (const size_t bytes : {size_t{1000}, size_t{100'000}}) {
    const Bytes records = batch(10, bytes);
    // Only of the first large frame the part that came along with its length is moved.
    produce("t", 0, records);
    observe("t", 0, records);
    const auto writes = Observation::calls(Call::kWrite);
    ASSERT_EQ(writes.size(), 1u);
    EXPECT_EQ(writes[0].bytes, records.size());
    EXPECT_TRUE(Observation::was_received_at(writes[0].data, writes[0].bytes));
  }
}

TEST_F(ProduceTrace, it_allocates_as_often_for_a_thousand_records_as_for_one) {
  create_topic("t", "never");
  const auto allocations = [&](int records) {
    const Bytes bytes = batch(records, 10'000);
    return allocations_of([&] { produce("t", 0, bytes); });
  };
  const uint64_t one = allocations(1);
  printf("the broker allocates %d times for a produce request\n", static_cast<int>(one));
  EXPECT_EQ(allocations(1000), one);
}

TEST_F(ProduceTrace, a_partitioner_guard_adds_no_room_no_hop_and_no_allocation_per_record) {
  create_topic("guarded", "never",
               {{"tenon.partitioner", "hash"}, {"tenon.partitioner.guard", "reject"}});
  const ByteView key = as_bytes("k");
  const int32_t home = produce("guarded", 0, batch(1, 100, key)) == 0 ? 0 : 1;
  const auto allocations = [&](int records) {
    const Bytes bytes = batch(records, 10'000, key);
    return allocations_of([&] { EXPECT_EQ(produce("guarded", home, bytes), 0); });
  };
  EXPECT_EQ(allocations(1000), allocations(1));
  observe("guarded", home, batch(10, 1000, key));
  EXPECT_EQ(Observation::walk(), kWay);
  EXPECT_LE(Observation::hops(), 2u);
}

}  // namespace
}  // namespace tenon::testing
