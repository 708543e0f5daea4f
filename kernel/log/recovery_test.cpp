// SPDX-License-Identifier: Apache-2.0

#include "log/recovery.h"

#include "log/testing_log.h"

namespace tenon::log {
namespace {

enum class Restart { kClean, kKill, kPowerCut };

class Recovery : public LogTest {
 protected:
  Recovery() { open(); }
  void restart(Restart how) {
    switch (how) {
      case Restart::kClean:
        return reopen_clean();
      case Restart::kKill:
        return reopen_after_kill();
      case Restart::kPowerCut:
        return reopen_after_power_cut();
    }
  }
};

TEST_F(Recovery, each_of_the_last_five_batches_is_remembered_over_every_kind_of_restart) {
  for (int i = 0; i < 7; ++i) append(produced(i)).value();
  flush();
  for (const Restart how : {Restart::kClean, Restart::kKill, Restart::kPowerCut}) {
    restart(how);
    for (int i = 2; i < 7; ++i) {
      EXPECT_EQ(verdict(produced(i)), fmt::format("duplicate {}-{}", i, i));
    }
    EXPECT_EQ(verdict(produced(1)), "OutOfOrderSequenceNumber");
  }
}

TEST_F(Recovery, are_remembered_when_retention_has_taken_their_records) {
  append(produced(0)).value();
  ASSERT_TRUE(delete_records(Offset{1}));
  EXPECT_EQ(verdict(produced(0)), "duplicate 0-0");
  reopen_clean();
  EXPECT_EQ(verdict(produced(0)), "duplicate 0-0");
}

TEST_F(Recovery, producers_outlive_their_deleted_records_over_a_power_cut) {
  append(produced(0)).value();
  append(batch({"other"})).value();
  flush();
  append(batch({"lost"})).value();
  ASSERT_TRUE(delete_records(Offset{1}));  // saves what it knows, up to the lost batch
  reopen_after_power_cut();
  EXPECT_EQ(log_->end_offset(), Offset{2});
  EXPECT_EQ(verdict(produced(0)), "duplicate 0-0");
  reopen_after_kill();
  EXPECT_EQ(verdict(produced(0)), "duplicate 0-0");
}

TEST_F(Recovery, what_a_power_cut_took_may_be_sent_again) {
  append(produced(0)).value();
  flush();
  append(produced(1)).value();
  reopen_after_power_cut();
  EXPECT_EQ(verdict(produced(0)), "duplicate 0-0");
  EXPECT_EQ(verdict(produced(1)), "1-1");
}

TEST_F(Recovery, a_snapshot_of_lost_batches_is_never_believed_later) {
  config_.segment_bytes = 100;
  log_->set_config(config_);
  append(produced(0)).value();  // saves a snapshot that says: end 2
  append(produced(1)).value();
  scheduler_.run();
  ASSERT_GT(storage_.blobs_put, 0);
  reopen_after_power_cut();
  ASSERT_EQ(log_->end_offset(), Offset{0});
  for (int i = 0; i < 3; ++i) append(batch({"x"})).value();
  reopen_after_kill();
  EXPECT_EQ(log_->producers(), 0U);
}

TEST_F(Recovery, a_damaged_snapshot_is_replaced_by_reading_the_log) {
  append(produced(0)).value();
  ASSERT_TRUE(log_->close());
  storage_.blobs("/logs/t-0").at("producer-snapshot").back() ^= 1;
  log_.reset();
  open();
  EXPECT_EQ(verdict(produced(0)), "duplicate 0-0");
}

TEST_F(Recovery, finds_start_end_and_bytes_again) {
  append(batch({"a", "b"})).value();
  append(batch({"c"})).value();
  ASSERT_TRUE(delete_records(Offset{1}));
  const int64_t bytes = log_->bytes();
  flush();
  for (const Restart how : {Restart::kClean, Restart::kKill, Restart::kPowerCut}) {
    restart(how);
    EXPECT_EQ(log_->start_offset(), Offset{1});
    EXPECT_EQ(log_->end_offset(), Offset{3});
    EXPECT_EQ(log_->bytes(), bytes);
  }
}

TEST_F(Recovery, a_log_that_lost_all_behind_its_start_goes_on_there) {
  for (int i = 0; i < 3; ++i) append(batch({"a"})).value();
  ASSERT_TRUE(delete_records(Offset{2}));
  reopen_after_power_cut();
  EXPECT_EQ(log_->start_offset(), Offset{2});
  EXPECT_EQ(log_->end_offset(), Offset{2});
  EXPECT_EQ(contents(), "");
  EXPECT_EQ(verdict(batch({"b"})), "2-2");
  EXPECT_EQ(contents(), "2:b");
}

TEST_F(Recovery, finds_epochs_again_even_without_their_blob) {
  append(batch({"a", "b"}), {.leader_epoch = LeaderEpoch{1}}).value();
  append(batch({"c"}), {.leader_epoch = LeaderEpoch{4}}).value();
  flush();
  for (const bool blob : {true, false}) {
    if (!blob) storage_.blobs("/logs/t-0").erase("leader-epoch-checkpoint");
    reopen_after_power_cut();
    EXPECT_EQ(log_->latest_epoch(), LeaderEpoch{4});
    EXPECT_EQ(log_->end_offset_for_epoch(LeaderEpoch{1}), (std::pair{LeaderEpoch{1}, Offset{2}}));
    EXPECT_EQ(log_->epoch_for_offset(Offset{1}), LeaderEpoch{1});
  }
}

TEST_F(Recovery, forgets_epochs_whose_records_are_lost) {
  append(batch({"a"}), {.leader_epoch = LeaderEpoch{1}}).value();
  flush();
  append(batch({"b"}), {.leader_epoch = LeaderEpoch{2}}).value();
  reopen_after_power_cut();
  EXPECT_EQ(log_->latest_epoch(), LeaderEpoch{1});
}

TEST_F(Recovery, a_clean_stop_leaves_nothing_to_read) {
  for (int i = 0; i < 5; ++i) append(produced(i)).value();
  ASSERT_TRUE(log_->close());
  log_.reset();
  storage_.reads = 0;
  open();
  EXPECT_EQ(storage_.reads, 0);
  EXPECT_TRUE(log_->opened_state().was_clean);
}

TEST_F(Recovery, retention_passes_save_the_producers_so_that_little_is_read) {
  append(batch({std::string(1 << 19, 'x')})).value();
  append(batch({std::string(1 << 19, 'x')})).value();
  ASSERT_TRUE(apply_retention(Offset{0}));
  log_.reset();
  storage_.reads = 0;
  open();
  EXPECT_EQ(storage_.reads, 0);
}

TEST_F(Recovery, reads_logs_of_many_chunks) {
  for (int i = 0; i < 6; ++i) append(batch({std::string(400'000, 'x')})).value();
  append(produced(0)).value();
  reopen_after_kill();
  EXPECT_EQ(verdict(produced(0)), "duplicate 6-6");
}

TEST_F(Recovery, a_failed_blob_fails_the_opening) {
  append(batch({"a"}), {.leader_epoch = LeaderEpoch{1}}).value();
  log_.reset();
  storage_.blobs("/logs/t-0").erase("leader-epoch-checkpoint");
  storage_.fail_blobs = true;
  EXPECT_EQ(try_open().error().code, Errc::kKafkaStorageError);
}

}  // namespace
}  // namespace tenon::log
