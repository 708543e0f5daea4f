// SPDX-License-Identifier: Apache-2.0

#include "log/flush_queue.h"

#include "log/testing_log.h"

namespace tenon::log {
namespace {

using Answers = std::vector<std::string>;

class FlushQueueTest : public LogTest {
 protected:
  FlushQueueTest() { open(); }
  void append_one() { append(batch({"a"})).value(); }
  void append_and_flush() {
    append_one();
    flush();
  }
  // The oldest flush in flight comes back.
  void land() {
    storage_.release_flush();
    scheduler_.run();
  }
};

TEST_F(FlushQueueTest, answers_with_the_end_and_never_within_the_call) {
  append_and_flush();
  EXPECT_TRUE(durable_.empty());
  scheduler_.run();
  EXPECT_EQ(durable_, Answers{"1"});
}

TEST_F(FlushQueueTest, one_is_in_flight_and_who_comes_meanwhile_shares_the_next) {
  storage_.hold_flushes = true;
  for (int i = 0; i < 5; ++i) append_and_flush();
  EXPECT_EQ(storage_.flushes, 1);
  land();
  EXPECT_EQ(durable_, Answers{"1"});
  EXPECT_EQ(storage_.flushes, 2);
  EXPECT_EQ(storage_.held_flushes(), 1U);
  land();
  EXPECT_EQ(durable_, (Answers{"1", "5", "5", "5", "5"}));
  EXPECT_EQ(storage_.held_flushes(), 0U);
}

TEST_F(FlushQueueTest, what_was_appended_after_the_flush_began_is_not_claimed) {
  storage_.hold_flushes = true;
  append_and_flush();
  append_one();
  land();
  EXPECT_EQ(durable_, Answers{"1"});
}

TEST_F(FlushQueueTest, what_is_durable_is_not_flushed_again) {
  append_and_flush();
  scheduler_.run();
  flush();
  scheduler_.run();
  EXPECT_EQ(durable_, (Answers{"1", "1"}));
  EXPECT_EQ(storage_.flushes, 1);
}

TEST_F(FlushQueueTest, what_a_crash_left_is_flushed_even_without_an_append) {
  append_one();
  reopen_after_kill();
  flush();
  scheduler_.run();
  EXPECT_EQ(durable_, Answers{"1"});
  EXPECT_EQ(storage_.flushes, 1);
}

TEST_F(FlushQueueTest, a_failed_flush_fails_the_log_for_good) {
  storage_.hold_flushes = storage_.fail_flushes = true;
  append_and_flush();
  append_and_flush();
  land();
  EXPECT_EQ(durable_, (Answers{"KafkaStorageError", "KafkaStorageError"}));
  storage_.hold_flushes = storage_.fail_flushes = false;
  EXPECT_TRUE(log_->failed());
  EXPECT_EQ(verdict(batch({"a"})), "KafkaStorageError");
  flush();
  scheduler_.run();
  EXPECT_EQ(durable_.back(), "KafkaStorageError");
  EXPECT_EQ(storage_.flushes, 1);
}

TEST_F(FlushQueueTest, a_failed_log_still_reads_but_does_not_close_well) {
  storage_.fail_flushes = true;
  append_and_flush();
  scheduler_.run();
  EXPECT_EQ(contents(), "0:a");
  storage_.fail_flushes = false;
  EXPECT_EQ(log_->close().error().code, Errc::kKafkaStorageError);
}

TEST_F(FlushQueueTest, closing_answers_who_waits_because_it_flushes) {
  storage_.hold_flushes = true;
  append_and_flush();
  append_and_flush();
  ASSERT_TRUE(log_->close());
  scheduler_.run();
  EXPECT_EQ(durable_, (Answers{"2", "2"}));
  land();
  EXPECT_EQ(durable_.size(), 2U);
}

TEST_F(FlushQueueTest, no_flush_begins_while_the_storage_is_being_closed) {
  storage_.hold_flushes = true;
  auto storage = storage_.engine().open({.directory = "/logs/q-0", .name = "q-0"})->log;
  auto queue = std::make_shared<FlushQueue>(storage, DirectoryWatch(""), scheduler_, Offset{0});
  const auto note = [this](Result<Offset> until) {
    durable_.push_back(std::to_string(until->value));
  };
  queue->request(Offset{1}, note);
  queue->request(Offset{2}, note);
  queue->hold();
  land();
  EXPECT_EQ(durable_, Answers{"1"});
  EXPECT_EQ(storage_.flushes, 1);
  queue->stop(Offset{2});
  scheduler_.run();
  EXPECT_EQ(durable_, (Answers{"1", "2"}));
}

TEST_F(FlushQueueTest, answers_come_even_when_the_log_has_gone) {
  storage_.hold_flushes = true;
  append_and_flush();
  log_.reset();
  land();
  EXPECT_EQ(durable_, Answers{"Shutdown"});
}

TEST_F(FlushQueueTest, deleting_answers_who_waits) {
  storage_.hold_flushes = true;
  append_and_flush();
  storage_.release_flush();
  flush();
  ASSERT_TRUE(log_->remove());
  scheduler_.run();
  EXPECT_EQ(durable_, (Answers{"UnknownTopicOrPartition", "UnknownTopicOrPartition"}));
}

TEST_F(FlushQueueTest, offsets_that_are_cut_off_are_not_durable_when_written_again) {
  append_one();
  append_and_flush();
  scheduler_.run();
  ASSERT_TRUE(log_->truncate(Offset{1}));
  append_and_flush();
  scheduler_.run();
  EXPECT_EQ(durable_, (Answers{"2", "2"}));
  EXPECT_EQ(storage_.flushes, 2);
}

}  // namespace
}  // namespace tenon::log
