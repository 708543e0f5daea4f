// SPDX-License-Identifier: Apache-2.0

#include "replication/partition.h"

#include "log/testing_log.h"

namespace tenon::replication {
namespace {

// The answer to an append, once there is one.
struct Answer {
  std::optional<Result<log::AppendInfo>> result;

  bool pending() const { return !result; }
  std::string text() const {
    if (!result) return "pending";
    if (!*result) return std::string(to_string(result->error().code));
    return std::to_string((*result)->base_offset.value);
  }
};

class PartitionTest : public log::LogTest {
 protected:
  ~PartitionTest() override {
    partition_.reset();
    scheduler_.run();
  }

  void lead() {
    open();
    metadata::PartitionInfo state{.index = 0,
                                  .leader = BrokerId{1},
                                  .leader_epoch = LeaderEpoch{3},
                                  .replicas = {BrokerId{1}},
                                  .isr = {BrokerId{1}}};
    partition_ = std::make_unique<Partition>(TopicPartition{"t", 0}, Uuid::from_random(1, 2),
                                             std::move(state), std::move(log_), scheduler_);
  }
  std::shared_ptr<Answer> produce(const std::string& value, int16_t acks = kAcksAll,
                                  Duration patience = std::chrono::seconds(5)) {
    auto answer = std::make_shared<Answer>();
    Bytes bytes = batch({value});
    const auto deadline = scheduler_.clock().now() + patience;
    auto future = partition_->append(bytes, {.acks = acks, .deadline = deadline});
    spawn([](Future<Result<log::AppendInfo>> result, std::shared_ptr<Answer> to) -> Task<void> {
      to->result = co_await std::move(result);
    }(std::move(future), answer));
    return answer;
  }
  std::string fetch(int64_t offset, int32_t epoch = -1) {
    auto fetched = partition_->fetch({.offset = Offset{offset},
                                      .current_leader_epoch = LeaderEpoch{epoch},
                                      .max_bytes = 1 << 20});
    if (!fetched) return std::string(to_string(fetched.error().code));
    return std::to_string(fetched->records.bytes > 0 ? 1 : 0) + " hw " +
           std::to_string(fetched->high_watermark.value);
  }
  std::shared_ptr<HighWatermarkWait> wait() {
    auto made = std::make_shared<HighWatermarkWait>(scheduler_);
    partition_->wait_for_high_watermark(made);
    return made;
  }

  std::unique_ptr<Partition> partition_;
};

TEST_F(PartitionTest, acks_all_is_answered_when_the_batch_is_durable) {
  lead();
  storage_.hold_flushes = true;
  const auto answer = produce("a");
  EXPECT_TRUE(answer->pending());
  storage_.release_flush();
  scheduler_.run();
  EXPECT_EQ(answer->text(), "0");
}

TEST_F(PartitionTest, acks_one_is_answered_at_once) {
  lead();
  storage_.hold_flushes = true;
  EXPECT_EQ(produce("a", kAcksLeader)->text(), "0");
  storage_.release_flush();
}

TEST_F(PartitionTest, consumers_see_only_what_is_durable) {
  lead();
  storage_.hold_flushes = true;
  produce("a", kAcksLeader);
  EXPECT_EQ(fetch(0), "0 hw 0");
  storage_.release_flush();
  scheduler_.run();
  EXPECT_EQ(fetch(0), "1 hw 1");
}

TEST_F(PartitionTest, producers_that_wait_share_a_flush_and_are_answered_in_order) {
  lead();
  storage_.hold_flushes = true;
  const auto first = produce("a");
  const auto second = produce("b");
  const auto third = produce("c");
  storage_.release_flush();
  scheduler_.run();
  EXPECT_EQ(first->text(), "0");
  EXPECT_TRUE(second->pending());
  storage_.release_flush();
  scheduler_.run();
  EXPECT_EQ(second->text() + third->text(), "12");
  EXPECT_EQ(storage_.flushes, 2);
}

TEST_F(PartitionTest, without_fsync_the_high_watermark_follows_the_log_end) {
  config_.tenon_fsync = config::Fsync::kNever;
  lead();
  storage_.hold_flushes = true;
  EXPECT_EQ(produce("a")->text(), "0");
  EXPECT_EQ(fetch(0), "1 hw 1");
  EXPECT_EQ(storage_.held_flushes(), 0U);
}

// Without fsync before the answer, flush.messages and flush.ms are all that asks for a flush.
class FlushIntervals : public PartitionTest {
 protected:
  FlushIntervals() { config_.tenon_fsync = config::Fsync::kNever; }
  void lead() {
    PartitionTest::lead();
    storage_.flushes = 0;
  }
  int flushes() {
    scheduler_.run();
    return storage_.flushes;
  }
};

TEST_F(FlushIntervals, nothing_is_flushed_by_default) {
  lead();
  for (int i = 0; i < 10; ++i) produce("a");
  scheduler_.advance(std::chrono::hours(24));
  EXPECT_EQ(flushes(), 0);
}

TEST_F(FlushIntervals, so_many_records_are_flushed) {
  config_.flush_messages = 3;
  lead();
  for (const int wanted : {0, 0, 1, 1, 1, 2}) {
    EXPECT_FALSE(produce("a")->pending());
    EXPECT_EQ(flushes(), wanted);
  }
}

TEST_F(FlushIntervals, every_record_is_flushed_when_it_is_one) {
  config_.flush_messages = 1;
  lead();
  for (int i = 1; i <= 3; ++i) {
    produce("a", kAcksLeader);
    EXPECT_EQ(flushes(), i);
  }
  partition_.reset();
  storage_.crash();
  open();
  EXPECT_EQ(log_->end_offset(), Offset{3});
}

TEST_F(FlushIntervals, records_are_flushed_that_long_after_the_first_of_them) {
  config_.flush_ms = 100;
  lead();
  produce("a");
  scheduler_.advance(std::chrono::milliseconds(60));
  produce("b");
  EXPECT_EQ(flushes(), 0);
  scheduler_.advance(std::chrono::milliseconds(40));
  EXPECT_EQ(flushes(), 1);
  // Nothing has come since.
  scheduler_.advance(std::chrono::hours(1));
  EXPECT_EQ(flushes(), 1);
  EXPECT_EQ(scheduler_.timers(), 0U);
  produce("c");
  scheduler_.advance(std::chrono::milliseconds(100));
  EXPECT_EQ(flushes(), 2);
}

TEST_F(FlushIntervals, a_flush_for_their_number_leaves_none_for_the_time) {
  config_.flush_ms = 100;
  config_.flush_messages = 2;
  lead();
  produce("a");
  produce("b");
  EXPECT_EQ(flushes(), 1);
  scheduler_.advance(std::chrono::seconds(1));
  EXPECT_EQ(flushes(), 1);
}

TEST_F(FlushIntervals, a_changed_config_counts_for_what_is_there) {
  lead();
  for (int i = 0; i < 4; ++i) produce("a");
  config_.flush_ms = 50;
  partition_->set_config(config_);
  scheduler_.advance(std::chrono::milliseconds(50));
  EXPECT_EQ(flushes(), 1);
  for (int i = 0; i < 4; ++i) produce("a");
  config_.flush_messages = 4;
  partition_->set_config(config_);
  EXPECT_EQ(flushes(), 2);
}

TEST_F(FlushIntervals, a_time_beyond_all_times_is_no_trouble) {
  config_.flush_ms = config::kForever - 1;
  lead();
  produce("a");
  scheduler_.advance(std::chrono::hours(24));
  EXPECT_EQ(flushes(), 0);
}

TEST_F(FlushIntervals, a_released_partition_flushes_no_more) {
  config_.flush_ms = 100;
  lead();
  produce("a");
  auto log = partition_->release();
  scheduler_.advance(std::chrono::seconds(1));
  EXPECT_EQ(flushes(), 0);
}

TEST_F(FlushIntervals, a_failure_ends_the_log) {
  config_.flush_messages = 1;
  lead();
  storage_.fail_flushes = true;
  EXPECT_EQ(produce("a")->text(), "0");
  scheduler_.run();
  EXPECT_EQ(produce("b")->text(), "KafkaStorageError");
}

TEST_F(PartitionTest, a_failed_flush_fails_who_waits_and_every_later_append) {
  lead();
  storage_.fail_flushes = true;
  const auto answer = produce("a");
  scheduler_.run();
  EXPECT_EQ(answer->text(), "KafkaStorageError");
  EXPECT_EQ(produce("b")->text(), "KafkaStorageError");
  EXPECT_EQ(fetch(0), "0 hw 0");
}

TEST_F(PartitionTest, a_producer_that_waits_too_long_is_told_so) {
  lead();
  storage_.hold_flushes = true;
  const auto answer = produce("a");
  scheduler_.advance(std::chrono::seconds(6));
  EXPECT_EQ(answer->text(), "Timeout");
  storage_.release_flush();
}

TEST_F(PartitionTest, a_later_producer_with_less_patience_is_told_first) {
  lead();
  storage_.hold_flushes = true;
  const auto patient = produce("a", kAcksAll, std::chrono::hours(1));
  const auto hasty = produce("b", kAcksAll, std::chrono::seconds(1));
  scheduler_.advance(std::chrono::seconds(2));
  EXPECT_EQ(hasty->text(), "Timeout");
  EXPECT_TRUE(patient->pending());
  storage_.release_flush();
}

TEST_F(PartitionTest, too_few_replicas_in_sync_refuse_acks_all_only) {
  config_.min_insync_replicas = 2;
  lead();
  EXPECT_EQ(produce("a")->text(), "NotEnoughReplicas");
  EXPECT_EQ(produce("a", kAcksLeader)->text(), "0");
}

TEST_F(PartitionTest, a_moved_high_watermark_wakes_fetches_once) {
  lead();
  const auto woken = wait();
  produce("a");
  scheduler_.run();
  EXPECT_TRUE(woken->done());
}

TEST_F(PartitionTest, fetches_are_fenced_by_leader_epoch_and_range) {
  lead();
  produce("a");
  scheduler_.run();
  EXPECT_EQ(fetch(0, 3), "1 hw 1");
  EXPECT_EQ(fetch(0, 2), "FencedLeaderEpoch");
  EXPECT_EQ(fetch(0, 4), "UnknownLeaderEpoch");
  EXPECT_EQ(fetch(1), "0 hw 1");
  EXPECT_EQ(fetch(2), "OffsetOutOfRange");
  EXPECT_EQ(fetch(-1), "OffsetOutOfRange");
}

TEST_F(PartitionTest, a_duplicate_is_answered_with_its_first_offset_when_that_is_durable) {
  lead();
  storage_.hold_flushes = true;
  Bytes once = produced(0);
  Bytes again = once;
  std::vector<std::string> answers;
  for (Bytes* bytes : {&once, &again}) {
    spawn([](Future<Result<log::AppendInfo>> result, std::vector<std::string>& to) -> Task<void> {
      auto info = co_await std::move(result);
      to.push_back(std::to_string(info->base_offset.value) + (info->duplicate ? "d" : ""));
    }(partition_->append(*bytes, {.deadline = scheduler_.clock().now() + std::chrono::hours(1)}),
                                                                                   answers));
  }
  EXPECT_TRUE(answers.empty());
  storage_.release_flush();
  scheduler_.run();
  EXPECT_EQ(answers, (std::vector<std::string>{"0", "0d"}));
}

TEST_F(PartitionTest, releasing_it_answers_everybody) {
  lead();
  storage_.hold_flushes = true;
  const auto answer = produce("a");
  const auto woken = wait();
  auto log = partition_->release();
  EXPECT_EQ(answer->text(), "NotLeaderOrFollower");
  EXPECT_TRUE(woken->done());
  storage_.release_flush();
}

}  // namespace
}  // namespace tenon::replication
