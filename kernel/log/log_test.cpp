// SPDX-License-Identifier: Apache-2.0

#include "log/log.h"

#include "base/log.h"
#include "log/testing_log.h"

namespace tenon::log {
namespace {

class LogAppend : public LogTest {
 protected:
  LogAppend() { open(); }
};

TEST_F(LogAppend, gives_offsets_once_in_order) {
  EXPECT_EQ(verdict(batch({"a", "b"})), "0-1");
  EXPECT_EQ(verdict(batch({"c"})), "2-2");
  EXPECT_EQ(log_->end_offset(), Offset{3});
  EXPECT_EQ(contents(), "0:a 1:b 2:c");
}

TEST_F(LogAppend, writes_offset_and_epoch_into_the_header_and_nothing_else) {
  append(batch({"a"})).value();
  const Bytes sent = batch({"b", "c"});
  append(sent, {.leader_epoch = LeaderEpoch{7}}).value();
  Bytes expected = sent;
  record::patch_base_offset(expected, Offset{1});
  record::patch_leader_epoch(expected, LeaderEpoch{7});
  EXPECT_EQ(stored(Offset{1}), expected);
}

TEST_F(LogAppend, is_one_write_without_a_copy) {
  storage_.appends = 0;
  append(batch({"a", "b", "c"})).value();
  EXPECT_EQ(storage_.appends, 1);
}

TEST_F(LogAppend, begins_where_it_is_told) {
  auto log = Log::open({.engine = &storage_.engine(),
                        .directory = "/logs/u-0",
                        .name = "u-0",
                        .scheduler = &scheduler_,
                        .pool = &scheduler_,
                        .start_offset = Offset{100}});
  ASSERT_TRUE(log);
  Bytes bytes = batch({"a"});
  EXPECT_EQ((*log)->append(bytes, {})->base_offset, Offset{100});
  EXPECT_EQ((*log)->start_offset(), Offset{100});
}

TEST_F(LogAppend, a_refused_batch_changes_nothing) {
  Bytes damaged = batch({"a"});
  damaged.back() ^= 1;
  EXPECT_EQ(verdict(damaged), "CorruptMessage");
  EXPECT_EQ(log_->end_offset(), Offset{0});
  EXPECT_EQ(storage_.appends, 0);
}

TEST_F(LogAppend, a_failed_write_changes_nothing) {
  storage_.fail_appends = true;
  EXPECT_EQ(verdict(produced(0)), "KafkaStorageError");
  storage_.fail_appends = false;
  EXPECT_EQ(verdict(produced(0)), "0-0");
}

TEST_F(LogAppend, a_failed_write_is_a_line_in_the_broker_s_log_now_and_then) {
  storage_.fail_appends = true;
  testing::internal::CaptureStderr();
  for (const int seconds : {0, 9, 1, 1}) {
    scheduler_.advance(std::chrono::seconds(seconds));
    EXPECT_EQ(verdict(batch({"a"})), "KafkaStorageError");
  }
  flush_log();
  const std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_NE(lines.find("t-0: append to /logs/t-0 failed: "), std::string::npos) << lines;
  EXPECT_EQ(std::ranges::count(lines, '\n'), 2) << lines;
}

TEST_F(LogAppend, holds_clients_to_one_batch_and_lets_the_broker_write_several) {
  Bytes two = batch({"a"});
  const Bytes second = batch({"b", "c"});
  two.insert(two.end(), second.begin(), second.end());
  EXPECT_EQ(verdict(two), "InvalidRecord");
  EXPECT_EQ(verdict(two, {.from_client = false}), "0-2");
  EXPECT_EQ(contents(), "0:a 1:b 2:c");
}

TEST_F(LogAppend, holds_clients_to_max_message_bytes) {
  config_.max_message_bytes = static_cast<int64_t>(batch({"abc"}).size());
  log_->set_config(config_);
  EXPECT_EQ(verdict(batch({"abc"})), "0-0");
  EXPECT_EQ(verdict(batch({"abcd"})), "MessageTooLarge");
}

TEST_F(LogAppend, refuses_more_than_a_segment) {
  config_.segment_bytes = 100;
  log_->set_config(config_);
  EXPECT_EQ(verdict(batch({std::string(100, 'x')})), "RecordListTooLarge");
}

TEST_F(LogAppend, rolls_by_the_size_that_its_config_was_changed_to) {
  append(batch({"a"})).value();
  config_.segment_bytes = static_cast<int64_t>(batch({"b"}).size());
  log_->set_config(config_);
  append(batch({"b"})).value();
  append(batch({"c"})).value();
  EXPECT_EQ(storage_.segments("/logs/t-0"), 3u);
  EXPECT_EQ(contents(), "0:a 1:b 2:c");
}

TEST_F(LogAppend, tells_the_storage_only_of_a_changed_layout) {
  config_.retention_ms = 5;
  log_->set_config(config_);
  EXPECT_EQ(storage_.configures, 0);
  config_.segment_index_bytes = 1000;
  log_->set_config(config_);
  config_.segment_jitter_ms = 1000;
  log_->set_config(config_);
  EXPECT_EQ(storage_.configures, 2);
}

TEST_F(LogAppend, goes_on_when_the_storage_cannot_be_configured) {
  storage_.fail_configure = true;
  config_.segment_bytes = 100;
  log_->set_config(config_);
  EXPECT_EQ(verdict(batch({"a"})), "0-0");
}

TEST_F(LogAppend, compacted_topics_refuse_records_without_a_key) {
  config_.cleanup_policy = {.remove = false, .compact = true};
  log_->set_config(config_);
  EXPECT_EQ(verdict(batch_at(1)), "InvalidRecord");
  EXPECT_EQ(verdict(batch({"a"})), "0-0");
}

TEST_F(LogAppend, log_append_time_stamps_the_batch) {
  config_.timestamp_type = config::TimestampType::kLogAppendTime;
  log_->set_config(config_);
  auto info = append(batch_at(1));
  EXPECT_EQ(info->log_append_time_ms, now());
  const Bytes bytes = stored(Offset{0});
  EXPECT_EQ(record::BatchView(bytes).max_timestamp(), now());
  EXPECT_EQ(record::BatchView(bytes).timestamp_type(), record::TimestampType::kLogAppendTime);
  EXPECT_TRUE(record::BatchView(bytes).crc_holds());
}

TEST_F(LogAppend, bounds_create_times) {
  config_.timestamp_after_max_ms = 1000;
  log_->set_config(config_);
  EXPECT_EQ(verdict(batch_at(now() + 1001)), "InvalidTimestamp");
  EXPECT_EQ(append(batch_at(now() + 1000))->log_append_time_ms, -1);
}

TEST_F(LogAppend, fences_older_leaders) {
  append(batch({"a"}), {.leader_epoch = LeaderEpoch{3}}).value();
  EXPECT_EQ(verdict(batch({"b"}), {.leader_epoch = LeaderEpoch{2}}), "FencedLeaderEpoch");
}

TEST_F(LogAppend, a_replica_keeps_offsets_epochs_and_gaps) {
  Bytes bytes = batch({"a"}, {.base_offset = Offset{5}, .leader_epoch = LeaderEpoch{2}});
  const Bytes later = batch({"b"}, {.base_offset = Offset{9}, .leader_epoch = LeaderEpoch{4}});
  bytes.insert(bytes.end(), later.begin(), later.end());
  EXPECT_EQ(verdict(bytes, {.assign_offsets = false}), "5-9");
  EXPECT_EQ(contents(), "5:a 9:b");
  EXPECT_EQ(log_->latest_epoch(), LeaderEpoch{4});
  EXPECT_EQ(verdict(batch({"c"}, {.base_offset = Offset{9}}), {.assign_offsets = false}),
            "InvalidRecord");
}

class LogRead : public LogAppend {};

TEST_F(LogRead, answers_the_whole_batch_for_an_offset_within_it) {
  append(batch({"a", "b", "c"})).value();
  EXPECT_EQ(contents(Offset{1}), "0:a 1:b 2:c");
}

TEST_F(LogRead, stops_at_the_given_end) {
  append(batch({"a"})).value();
  append(batch({"b"})).value();
  auto payload = log_->read(Offset{0}, Offset{1}, 1 << 20, true);
  EXPECT_EQ(payload->bytes, batch({"a"}).size());
  EXPECT_TRUE(log_->read(Offset{1}, Offset{1}, 1 << 20, true)->empty());
}

TEST_F(LogRead, gives_a_whole_first_batch_or_a_cut_one) {
  append(batch({"a"})).value();
  EXPECT_EQ(log_->read(Offset{0}, Offset{1}, 10, true)->bytes, batch({"a"}).size());
  EXPECT_EQ(log_->read(Offset{0}, Offset{1}, 10, false)->bytes, 10U);
}

TEST_F(LogRead, is_empty_at_the_end_and_refused_outside) {
  append(batch({"a"})).value();
  EXPECT_TRUE(log_->read(Offset{1}, Offset{9}, 100, true)->empty());
  EXPECT_EQ(log_->read(Offset{2}, Offset{9}, 100, true).error().code, Errc::kOffsetOutOfRange);
  EXPECT_EQ(log_->read(Offset{-1}, Offset{9}, 100, true).error().code, Errc::kOffsetOutOfRange);
}

class LogProducers : public LogAppend {};

TEST_F(LogProducers, duplicates_are_answered_with_the_first_offsets) {
  append(batch({"other"})).value();
  EXPECT_EQ(verdict(produced(0, 3)), "1-3");
  EXPECT_EQ(verdict(produced(3)), "4-4");
  EXPECT_EQ(verdict(produced(0, 3)), "duplicate 1-3");
  EXPECT_EQ(log_->end_offset(), Offset{5});
}

TEST_F(LogProducers, gaps_and_old_epochs_are_refused) {
  append(produced(0)).value();
  EXPECT_EQ(verdict(produced(2)), "OutOfOrderSequenceNumber");
  EXPECT_EQ(verdict(produced(0, 1, 1)), "1-1");
  EXPECT_EQ(verdict(produced(1, 1, 0)), "InvalidProducerEpoch");
}

TEST_F(LogProducers, expire) {
  append(produced(0)).value();
  scheduler_.advance(std::chrono::hours(23));
  ASSERT_TRUE(apply_retention(Offset{1}));
  EXPECT_EQ(log_->producers(), 1U);
  scheduler_.advance(std::chrono::hours(1));
  ASSERT_TRUE(apply_retention(Offset{1}));
  EXPECT_EQ(log_->producers(), 0U);
  EXPECT_EQ(verdict(produced(41)), "1-1");
}

TEST_F(LogProducers, are_saved_by_the_pool_when_a_segment_is_full) {
  config_.segment_bytes = 300;
  log_->set_config(config_);
  append(produced(0)).value();  // saves the epoch
  const int before = storage_.blobs_put;
  for (int i = 1; i < 5; ++i) append(produced(i)).value();
  EXPECT_EQ(storage_.blobs_put, before);
  scheduler_.run();
  EXPECT_EQ(storage_.blobs_put, before + 1);
  reopen_after_kill();
  EXPECT_EQ(verdict(produced(4)), "duplicate 4-4");
}

// A snapshot that is on its way when the log is cut knows of batches that are gone.
TEST_F(LogProducers, a_snapshot_that_waits_does_not_outlive_a_truncation) {
  config_.segment_bytes = 300;
  log_->set_config(config_);
  for (int i = 0; i < 3; ++i) append(produced(i)).value();
  ASSERT_TRUE(log_->truncate(Offset{1}));
  for (int i = 0; i < 5; ++i) append(batch({"x"})).value();
  scheduler_.run();
  reopen_after_kill();
  EXPECT_EQ(verdict(produced(0)), "duplicate 0-0");
  EXPECT_EQ(verdict(produced(1)), "6-6");
}

TEST_F(LogProducers, truncation_forgets_what_was_cut_off) {
  append(produced(0)).value();
  append(produced(1)).value();
  ASSERT_TRUE(log_->truncate(Offset{1}));
  EXPECT_EQ(verdict(produced(1)), "1-1");
  EXPECT_EQ(verdict(produced(0)), "duplicate 0-0");
}

class LogTruncate : public LogAppend {};

TEST_F(LogTruncate, drops_batches_from_the_offset_on) {
  append(batch({"a"})).value();
  append(batch({"b"}), {.leader_epoch = LeaderEpoch{2}}).value();
  const int64_t bytes = log_->bytes();
  ASSERT_TRUE(log_->truncate(Offset{1}));
  EXPECT_EQ(log_->end_offset(), Offset{1});
  EXPECT_EQ(log_->latest_epoch(), LeaderEpoch{0});
  EXPECT_LT(log_->bytes(), bytes);
  EXPECT_EQ(verdict(batch({"c"})), "1-1");
  EXPECT_EQ(contents(), "0:a 1:c");
}

TEST_F(LogTruncate, drops_the_batch_that_holds_the_offset) {
  append(batch({"a", "b", "c"})).value();
  ASSERT_TRUE(log_->truncate(Offset{1}));
  EXPECT_EQ(log_->end_offset(), Offset{0});
}

TEST_F(LogTruncate, does_nothing_at_the_end_and_refuses_before_the_start) {
  append(batch({"a"})).value();
  EXPECT_TRUE(log_->truncate(Offset{1}));
  ASSERT_TRUE(delete_records(Offset{1}));
  EXPECT_EQ(log_->truncate(Offset{0}).error().code, Errc::kOffsetOutOfRange);
}

class LogDelete : public LogAppend {};

TEST_F(LogDelete, records_before_the_new_start_are_gone) {
  append(batch({"a", "b"})).value();
  ASSERT_TRUE(delete_records(Offset{1}));
  EXPECT_EQ(log_->start_offset(), Offset{1});
  EXPECT_EQ(log_->read(Offset{0}, Offset{2}, 100, true).error().code, Errc::kOffsetOutOfRange);
  EXPECT_TRUE(delete_records(Offset{0}));
  EXPECT_EQ(log_->start_offset(), Offset{1});
  EXPECT_EQ(delete_records(Offset{3}).error().code, Errc::kOffsetOutOfRange);
}

TEST_F(LogDelete, everything_may_go) {
  append(batch({"a"})).value();
  ASSERT_TRUE(delete_records(Offset{1}));
  EXPECT_EQ(log_->bytes(), 0);
  EXPECT_EQ(verdict(batch({"b"})), "1-1");
}

TEST_F(LogDelete, the_start_moves_when_it_is_durable_and_not_before) {
  append(batch({"a", "b"})).value();
  auto deleted = log_->delete_records(Offset{1});
  EXPECT_FALSE(deleted.ready());
  EXPECT_EQ(log_->start_offset(), Offset{0});
  EXPECT_EQ(contents(), "0:a 1:b");
  scheduler_.run();
  EXPECT_EQ(deleted.await_resume().value(), Offset{1});
  EXPECT_EQ(log_->start_offset(), Offset{1});
  reopen_after_power_cut();
  EXPECT_EQ(log_->start_offset(), Offset{1});
}

TEST_F(LogDelete, one_that_overtakes_another_does_not_take_the_start_back) {
  append(batch({"a", "b", "c"})).value();
  auto far = log_->delete_records(Offset{2});
  auto near = log_->delete_records(Offset{1});
  scheduler_.run();
  EXPECT_EQ(far.await_resume().value(), Offset{2});
  EXPECT_EQ(near.await_resume().value(), Offset{2});
  reopen_after_kill();
  EXPECT_EQ(log_->start_offset(), Offset{2});
}

TEST_F(LogDelete, one_that_cannot_be_made_durable_deletes_nothing) {
  append(batch({"a", "b", "c"})).value();
  storage_.fail_blobs = true;
  EXPECT_EQ(delete_records(Offset{2}).error().code, Errc::kKafkaStorageError);
  EXPECT_EQ(log_->start_offset(), Offset{0});
  storage_.fail_blobs = false;
  EXPECT_EQ(delete_records(Offset{1}).value(), Offset{1});
}

TEST_F(LogDelete, one_that_is_under_way_when_the_log_is_given_up_is_answered) {
  append(batch({"a", "b"})).value();
  auto deleted = log_->delete_records(Offset{1});
  log_->retire();
  log_.reset();
  scheduler_.run();
  EXPECT_EQ(deleted.await_resume().error().code, Errc::kNotLeaderOrFollower);
}

TEST_F(LogDelete, remove_leaves_nothing) {
  append(batch({"a"})).value();
  ASSERT_TRUE(log_->remove());
  EXPECT_EQ(storage_.logs(), 0U);
}

class LogEpochs : public LogAppend {};

TEST_F(LogEpochs, a_new_leader_begins_at_the_end) {
  append(batch({"a"}), {.leader_epoch = LeaderEpoch{1}}).value();
  ASSERT_TRUE(log_->assign_epoch(LeaderEpoch{3}));
  EXPECT_EQ(log_->latest_epoch(), LeaderEpoch{3});
  EXPECT_EQ(log_->end_offset_for_epoch(LeaderEpoch{2}), (std::pair{LeaderEpoch{1}, Offset{1}}));
  EXPECT_EQ(log_->end_offset_for_epoch(LeaderEpoch{3}), (std::pair{LeaderEpoch{3}, Offset{1}}));
}

TEST_F(LogEpochs, are_saved_once_each) {
  const int before = storage_.blobs_put;
  for (int i = 0; i < 5; ++i) append(batch({"a"}), {.leader_epoch = LeaderEpoch{1}}).value();
  EXPECT_EQ(storage_.blobs_put, before + 1);
}

TEST_F(LogEpochs, are_saved_by_the_next_append_when_saving_them_has_failed) {
  storage_.fail_blobs = true;
  EXPECT_EQ(verdict(batch({"a"}), {.leader_epoch = LeaderEpoch{3}}), "KafkaStorageError");
  storage_.fail_blobs = false;
  const int before = storage_.blobs_put;
  EXPECT_EQ(verdict(batch({"a"}), {.leader_epoch = LeaderEpoch{3}}), "0-0");
  EXPECT_EQ(storage_.blobs_put, before + 1);
}

}  // namespace
}  // namespace tenon::log
