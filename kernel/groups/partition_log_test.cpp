// SPDX-License-Identifier: Apache-2.0

#include "groups/partition_log.h"

#include "log/recompress.h"
#include "replication/testing/replicas_fixture.h"

namespace tenon::groups {
namespace {

class PartitionLogTest : public replication::ReplicasTest {
 protected:
  PartitionLogTest() { use(publish_topic("__consumer_offsets", 1)); }

  void use(const Uuid& topic) {
    topic_ = topic;
    log_of_group_ = std::make_unique<PartitionLog>(owner_of(topic, 0),
                                                   shards_[replicas_->owner(topic, 0)], topic, 0);
  }
  Future<Result<Offset>> begin_append(const std::string& value) {
    auto appended = start(log_of_group_->append(batch({value})));
    scheduler_.run();
    return appended;
  }
  Offset append(const std::string& value) {
    auto appended = wait(begin_append(value));
    EXPECT_TRUE(appended);
    return appended ? *appended : Offset{-1};
  }
  // The values of all batches that are shown, and in how many calls.
  Result<std::string> read() {
    std::string text;
    calls_ = 0;
    auto done = wait(log_of_group_->read_all([&](ByteView batches) {
      ++calls_;
      for (const record::BatchView view : record::Batches(batches)) {
        record::RecordReader reader(view.records());
        record::RecordView record;
        while (reader.next(record)) text += as_text(record.value.value_or(ByteView{})).substr(0, 1);
      }
    }));
    if (!done) return forward(done);
    return text;
  }

  Uuid topic_;
  std::unique_ptr<PartitionLog> log_of_group_;
  int calls_ = 0;
};

TEST_F(PartitionLogTest, reads_back_what_was_appended_in_order) {
  EXPECT_EQ(append("a"), Offset{0});
  EXPECT_EQ(append("b"), Offset{1});
  EXPECT_EQ(read().value(), "ab");
}

TEST_F(PartitionLogTest, compressed_batches_are_shown_as_they_were_before) {
  append("a");
  const log::TestingCodec gzip{TN_WIRE_GZIP};
  plugin::Codecs codecs;
  codecs.add(gzip.codec());
  const Bytes plain = batch({"b"});
  Bytes packed;
  ASSERT_TRUE(log::recompress(record::BatchView(plain), {&codecs, TN_WIRE_GZIP}, {}, packed));
  ASSERT_TRUE(wait(log_of_group_->append(packed)));
  append("c");
  EXPECT_EQ(read().value(), "abc");
}

TEST_F(PartitionLogTest, an_empty_log_shows_nothing) {
  EXPECT_EQ(read().value(), "");
  EXPECT_EQ(calls_, 0);
}

TEST_F(PartitionLogTest, an_append_is_answered_when_it_is_durable) {
  storage_.hold_flushes = true;
  auto first = begin_append("a");
  EXPECT_FALSE(first.ready());
  storage_.hold_flushes = false;
  storage_.release_flush();
  EXPECT_EQ(wait(std::move(first)).value(), Offset{0});
}

TEST_F(PartitionLogTest, appends_take_their_place_before_they_are_awaited) {
  storage_.hold_flushes = true;
  auto first = begin_append("a");
  auto second = begin_append("b");
  EXPECT_EQ(owner_of(topic_, 0).find(topic_, 0)->offsets().log_end, Offset{2});
  storage_.hold_flushes = false;
  storage_.release_flush();
  EXPECT_EQ(wait(std::move(second)).value(), Offset{1});
  EXPECT_EQ(wait(std::move(first)).value(), Offset{0});
}

// A record that is in the log counts after a restart, so its append must not be given up on.
TEST_F(PartitionLogTest, a_slow_disk_does_not_make_an_append_fail) {
  storage_.hold_flushes = true;
  auto slow = begin_append("a");
  scheduler_.advance(std::chrono::hours(24 * 30));
  EXPECT_FALSE(slow.ready());
  storage_.hold_flushes = false;
  storage_.release_flush();
  EXPECT_TRUE(wait(std::move(slow)));
}

TEST_F(PartitionLogTest, what_is_not_durable_is_not_shown) {
  append("a");
  storage_.hold_flushes = true;
  auto pending = begin_append("b");
  EXPECT_EQ(read().value(), "a");
  storage_.hold_flushes = false;
  storage_.release_flush();
  EXPECT_TRUE(wait(std::move(pending)));
  EXPECT_EQ(read().value(), "ab");
}

TEST_F(PartitionLogTest, reads_on_behind_what_one_read_holds) {
  std::string all;
  for (char c = 'a'; c < 'f'; ++c) {
    append(std::string(300'000, c));
    all += c;
  }
  EXPECT_EQ(read().value(), all);
  EXPECT_GT(calls_, 1);
}

TEST_F(PartitionLogTest, a_batch_larger_than_one_read_is_shown_whole) {
  context_->topic_defaults.max_message_bytes = 4 << 20;
  use(publish_topic("large", 1));
  append(std::string(3 << 20, 'x'));
  append("y");
  EXPECT_EQ(read().value(), "xy");
}

TEST_F(PartitionLogTest, begins_at_the_log_start) {
  append("a");
  append("b");
  ASSERT_TRUE(wait(owner_of(topic_, 0).find(topic_, 0)->log().delete_records(Offset{1})));
  EXPECT_EQ(read().value(), "b");
}

TEST_F(PartitionLogTest, a_failed_disk_is_an_error) {
  storage_.fail_flushes = true;
  EXPECT_EQ(wait(begin_append("a")).error().code, Errc::kKafkaStorageError);
  storage_.fail_flushes = false;
}

TEST_F(PartitionLogTest, a_partition_that_is_gone_is_an_error) {
  publish_removal(topic_);
  EXPECT_FALSE(wait(begin_append("a")));
  EXPECT_FALSE(read());
}

}  // namespace
}  // namespace tenon::groups
