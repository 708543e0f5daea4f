// SPDX-License-Identifier: Apache-2.0

#include "handlers/partition_calls.h"

#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

class PartitionCallsTest : public HandlerTest {
 protected:
  Result<int64_t> end_of(const TopicPartition& name) {
    return wait(on_partition<int64_t>(call_, *call_.image(), name,
                                      [](replication::Partition& partition) -> Result<int64_t> {
                                        return partition.offsets().log_end.value;
                                      }));
  }

  Call call_{*services_, 0, connection_, {}};
};

TEST_F(PartitionCallsTest, asks_the_partition_on_whichever_shard_it_lives) {
  create("t", 2);
  append("t", 1, {"a"});
  EXPECT_EQ(end_of({"t", 0}).value(), 0);
  EXPECT_EQ(end_of({"t", 1}).value(), 1);
}

TEST_F(PartitionCallsTest, what_is_not_there_is_unknown) {
  create("t", 1);
  for (const TopicPartition& name :
       {TopicPartition{"u", 0}, TopicPartition{"t", 1}, TopicPartition{"t", -1}}) {
    EXPECT_EQ(end_of(name).error().code, Errc::kUnknownTopicOrPartition);
  }
}

TEST_F(PartitionCallsTest, another_brokers_partition_is_not_asked_for) {
  create("t", 1);
  services_->self = BrokerId{2};
  EXPECT_EQ(end_of({"t", 0}).error().code, Errc::kNotLeaderOrFollower);
}

}  // namespace
}  // namespace tenon::handlers
