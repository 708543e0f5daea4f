// SPDX-License-Identifier: Apache-2.0

#include "log/retention.h"

#include "log/testing_log.h"

namespace tenon::log {
namespace {

constexpr int64_t kDay = 86'400'000;

class RetentionPoint : public testing::Test {
 protected:
  // Three segments of 10 offsets and 100 bytes; their newest records are 3, 2 and 1 days old.
  std::vector<tn_segment> segments_{
      {0, 10, 100, 7 * kDay}, {10, 20, 100, 8 * kDay}, {20, 30, 100, 9 * kDay}};
  config::TopicConfig config_;
  RetentionBounds bounds_{.now_ms = 10 * kDay, .high_watermark = Offset{30}};

  int64_t point() { return retention_point(segments_, config_, bounds_).value; }
};

TEST_F(RetentionPoint, nothing_goes_by_default) {
  EXPECT_EQ(point(), 0);
}

TEST_F(RetentionPoint, old_segments_go) {
  config_.retention_ms = 2 * kDay;
  EXPECT_EQ(point(), 10);
  config_.retention_ms = 2 * kDay - 1;
  EXPECT_EQ(point(), 20);
}

TEST_F(RetentionPoint, the_active_segment_goes_when_it_is_old) {
  config_.retention_ms = 0;
  EXPECT_EQ(point(), 30);
  segments_.push_back({30, 30, 0, -1});
  EXPECT_EQ(point(), 30);
}

TEST_F(RetentionPoint, a_younger_segment_protects_those_behind_it) {
  config_.retention_ms = 2 * kDay;
  segments_[0].max_timestamp_ms = 50 * kDay;  // from the future
  EXPECT_EQ(point(), 0);
}

TEST_F(RetentionPoint, time_may_be_unlimited_and_unknown) {
  config_.retention_ms = -1;
  EXPECT_EQ(point(), 0);
  config_.retention_ms = 0;
  segments_[0].max_timestamp_ms = -1;
  EXPECT_EQ(point(), 0);
}

TEST_F(RetentionPoint, segments_go_while_enough_is_left_without_them) {
  config_.retention_bytes = 201;
  EXPECT_EQ(point(), 0);
  config_.retention_bytes = 200;
  EXPECT_EQ(point(), 10);
  config_.retention_bytes = 50;
  EXPECT_EQ(point(), 20);
  config_.retention_bytes = 0;
  EXPECT_EQ(point(), 30);
}

TEST_F(RetentionPoint, nothing_beyond_the_high_watermark_goes) {
  config_.retention_bytes = 0;
  bounds_.high_watermark = Offset{29};
  EXPECT_EQ(point(), 20);
}

TEST_F(RetentionPoint, compacted_topics_lose_only_what_is_before_the_start) {
  config_.cleanup_policy = {.remove = false, .compact = true};
  config_.retention_bytes = 0;
  config_.retention_ms = 0;
  EXPECT_EQ(point(), 0);
  bounds_.log_start = Offset{15};
  EXPECT_EQ(point(), 10);
}

class Retention : public LogTest {
 protected:
  Retention() {
    config_.segment_bytes = 200;
    open();
  }
};

TEST_F(Retention, deletes_whole_segments_by_size) {
  for (int i = 0; i < 10; ++i) append(batch({"a"})).value();
  config_.retention_bytes = 300;
  log_->set_config(config_);
  ASSERT_TRUE(apply_retention(log_->end_offset()));
  EXPECT_GT(log_->start_offset(), Offset{0});
  EXPECT_LT(log_->start_offset(), log_->end_offset());
  EXPECT_GE(log_->bytes(), 300);
  EXPECT_EQ(log_->epoch_for_offset(log_->start_offset()), LeaderEpoch{0});
}

TEST_F(Retention, empties_a_log_whose_records_are_all_old_and_goes_on_after_them) {
  for (int i = 0; i < 5; ++i) append(batch({"a"})).value();
  scheduler_.advance(std::chrono::hours(24 * 7));
  scheduler_.advance(std::chrono::milliseconds(1));
  ASSERT_TRUE(apply_retention(Offset{5}));
  EXPECT_EQ(log_->start_offset(), Offset{5});
  EXPECT_EQ(log_->bytes(), 0);
  reopen_after_power_cut();
  EXPECT_EQ(verdict(batch({"b"})), "5-5");
}

TEST_F(Retention, records_without_a_time_are_as_old_as_their_segment_has_been_seen) {
  append(batch_at(-1)).value();
  ASSERT_TRUE(apply_retention(Offset{1}));
  scheduler_.advance(std::chrono::hours(24 * 7));
  ASSERT_TRUE(apply_retention(Offset{1}));
  EXPECT_EQ(log_->start_offset(), Offset{0});
  scheduler_.advance(std::chrono::milliseconds(1));
  ASSERT_TRUE(apply_retention(Offset{1}));
  EXPECT_EQ(log_->start_offset(), Offset{1});
}

TEST_F(Retention, an_append_makes_a_segment_without_times_young_again) {
  append(batch_at(-1)).value();
  ASSERT_TRUE(apply_retention(Offset{1}));
  scheduler_.advance(std::chrono::hours(24 * 8));
  append(batch_at(-1)).value();
  ASSERT_TRUE(apply_retention(Offset{2}));
  EXPECT_EQ(log_->start_offset(), Offset{0});
}

TEST_F(Retention, segments_wait_until_what_they_say_of_producers_is_durable_elsewhere) {
  for (int i = 0; i < 5; ++i) append(produced(i)).value();
  scheduler_.run();
  append(produced(5)).value();
  config_.retention_bytes = 0;
  log_->set_config(config_);
  ASSERT_TRUE(log_->apply_retention(Offset{6}));
  EXPECT_EQ(log_->start_offset(), Offset{0});
  scheduler_.run();
  EXPECT_EQ(log_->start_offset(), Offset{6});
  reopen_after_kill();
  EXPECT_EQ(verdict(produced(5)), "duplicate 5-5");
}

TEST_F(Retention, segments_stay_when_what_they_say_of_producers_cannot_be_saved) {
  for (int i = 0; i < 5; ++i) append(produced(i)).value();
  scheduler_.run();
  append(produced(5)).value();
  config_.retention_bytes = 0;
  log_->set_config(config_);
  storage_.fail_blobs = true;
  ASSERT_TRUE(apply_retention(Offset{6}));
  EXPECT_EQ(log_->start_offset(), Offset{0});
  storage_.fail_blobs = false;
  ASSERT_TRUE(apply_retention(Offset{6}));
  EXPECT_EQ(log_->start_offset(), Offset{6});
  EXPECT_EQ(verdict(produced(5)), "duplicate 5-5");
}

TEST_F(Retention, writes_no_epochs_before_the_log_is_closed_and_none_when_it_opens) {
  append(batch({"a"}), {.leader_epoch = LeaderEpoch{1}}).value();
  append(batch({"b"}), {.leader_epoch = LeaderEpoch{2}}).value();
  const int before = storage_.blobs_put;
  ASSERT_EQ(delete_records(Offset{1}).value(), Offset{1});
  append(batch({"c"}), {.leader_epoch = LeaderEpoch{2}}).value();
  EXPECT_EQ(storage_.blobs_put, before + 1);  // the log start
  ASSERT_TRUE(log_->close());
  const int closed = storage_.blobs_put;
  log_.reset();
  open();
  EXPECT_EQ(storage_.blobs_put, closed);
  EXPECT_EQ(log_->epoch_for_offset(Offset{1}), LeaderEpoch{2});
}

TEST_F(Retention, keeps_what_is_not_yet_committed) {
  for (int i = 0; i < 5; ++i) append(batch({"a"})).value();
  scheduler_.advance(std::chrono::hours(24 * 8));
  ASSERT_TRUE(apply_retention(Offset{0}));
  EXPECT_EQ(log_->start_offset(), Offset{0});
}

}  // namespace
}  // namespace tenon::log
