// SPDX-License-Identifier: Apache-2.0
//
// The way of one fetch request, asserted like that of a produce request. It ends in sendfile: no
// byte of a large answer enters user space.

#include <algorithm>

#include "broker_fixture.h"

namespace tenon::testing {
namespace {

class FetchTrace : public BrokerFixture {
 protected:
  // Produces one batch to each partition of the topic "t".
  void fill(const Bytes& records) {
    create_topic("t", "never");
    for (const int32_t partition : {0, 1}) EXPECT_EQ(produce("t", partition, records), 0);
  }
  // Fetches once, observed.
  size_t observe(int32_t partition) {
    Observation::begin();
    const size_t bytes = fetch("t", partition, 0);
    Observation::end();
    return bytes;
  }
};

const std::vector<std::string> kWay{"> net/connection",        "> handlers/dispatch",
                                    "> handlers/data/fetch",   "> replication/partition_table",
                                    "> replication/partition", "> log/log",
                                    "> plugin/storage",        "< handlers/data/fetch",
                                    "< handlers/dispatch",     "< net/connection"};

TEST_F(FetchTrace, it_walks_through_each_room_once_down_and_once_back) {
  fill(batch(10, 1000));
  observe(0);
  EXPECT_EQ(Observation::walk(), kWay);
}

TEST_F(FetchTrace, it_hops_to_the_owner_shard_and_back_at_most_once) {
  fill(batch(10, 1000));
  std::vector<size_t> hops;
  for (const int32_t partition : {0, 1}) {
    observe(partition);
    hops.push_back(Observation::hops());
  }
  std::ranges::sort(hops);
  EXPECT_EQ(hops, (std::vector<size_t>{0, 2}));
}

TEST_F(FetchTrace, a_large_answer_leaves_by_sendfile_and_is_never_read) {
  const Bytes records = batch(10, 500'000);
  fill(records);
  observe(0);
  size_t sent = 0;
  for (const Moved& moved : Observation::calls(Call::kSendFile)) sent += moved.bytes;
  EXPECT_EQ(sent, records.size());
  EXPECT_TRUE(Observation::calls(Call::kRead).empty());
}

TEST_F(FetchTrace, a_small_answer_is_read_once_and_sent_with_its_header) {
  const Bytes records = batch(10, 1000);
  fill(records);
  const size_t response = observe(0);
  ASSERT_EQ(Observation::calls(Call::kRead).size(), 1u);
  EXPECT_EQ(Observation::calls(Call::kRead)[0].bytes, records.size());
  ASSERT_EQ(Observation::calls(Call::kSendMessage).size(), 1u);
  EXPECT_EQ(Observation::calls(Call::kSendMessage)[0].bytes, response + 4);
}

TEST_F(FetchTrace, it_allocates_as_often_for_a_thousand_records_as_for_one) {
  fill(batch(1, 10'000));
  const uint64_t one = allocations_of([&] { fetch("t", 0, 0); });
  EXPECT_EQ(produce("t", 0, batch(1000, 10'000)), 0);
  const uint64_t thousand = allocations_of([&] { fetch("t", 0, 1); });
  printf("the broker allocates %d times for a fetch request\n", static_cast<int>(one));
  EXPECT_EQ(thousand, one);
}

}  // namespace
}  // namespace tenon::testing
