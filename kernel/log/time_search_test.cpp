// SPDX-License-Identifier: Apache-2.0

#include "log/time_search.h"

#include "log/testing_log.h"

namespace tenon::log {
namespace {

class TimeSearchTest : public LogTest {
 protected:
  TimeSearchTest() { open(); }
  // One batch with records at these times.
  static Bytes at(const std::vector<int64_t>& times) {
    record::BatchBuilder builder;
    for (const int64_t time : times) builder.add({.timestamp_ms = time});
    return builder.build();
  }
  std::string latest() { return text(log_->max_timestamp()); }
};

TEST_F(TimeSearchTest, finds_nothing_in_an_empty_log) {
  EXPECT_EQ(time_lookup(0), "none");
  EXPECT_EQ(latest(), "none");
}

TEST_F(TimeSearchTest, finds_the_first_record_that_is_not_older) {
  append(at({100, 110})).value();
  append(at({120, 130, 140})).value();
  EXPECT_EQ(time_lookup(0), "0@100");
  EXPECT_EQ(time_lookup(110), "1@110");
  EXPECT_EQ(time_lookup(111), "2@120");
  EXPECT_EQ(time_lookup(131), "4@140");
  EXPECT_EQ(time_lookup(141), "none");
}

TEST_F(TimeSearchTest, times_need_not_rise) {
  append(at({100, 300, 200})).value();
  append(at({50, 250})).value();
  EXPECT_EQ(time_lookup(150), "1@300");
  EXPECT_EQ(time_lookup(299), "1@300");
  EXPECT_EQ(latest(), "1@300");
}

TEST_F(TimeSearchTest, tells_the_epoch_of_the_batch) {
  append(at({100}), {.leader_epoch = LeaderEpoch{6}}).value();
  EXPECT_EQ((*log_->offset_for_time(1))->epoch, LeaderEpoch{6});
}

TEST_F(TimeSearchTest, looks_into_compressed_batches) {
  append(compressed(at({100, 110, 120}), zstd_)).value();
  EXPECT_EQ(time_lookup(105), "1@110");
  EXPECT_EQ(latest(), "2@120");
}

TEST_F(TimeSearchTest, answers_the_first_offset_of_a_batch_that_cannot_be_looked_into) {
  Bytes rubbish = compressed(at({100, 110}), gzip_);
  rubbish[record::kHeaderBytes] = 77;
  record::patch_crc(rubbish);
  append(at({1})).value();
  append(rubbish).value();
  EXPECT_EQ(time_lookup(105), "1@110");
}

TEST_F(TimeSearchTest, tries_a_batch_that_cannot_be_looked_into_once) {
  Bytes rubbish = compressed(at({100, 110}), gzip_);
  rubbish[record::kHeaderBytes] = 77;
  record::patch_crc(rubbish);
  append(rubbish).value();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(time_lookup(105), "0@110");
  EXPECT_EQ(gzip_.decompressions(), 1);
}

TEST_F(TimeSearchTest, decompresses_no_more_than_64_times_the_largest_batch) {
  config_.max_message_bytes = 20'000;
  config_.segment_bytes = 10'000'000;
  log_->set_config(config_);
  record::BatchBuilder large;
  const Bytes megabytes(2'000'000);
  large.add({.timestamp_ms = 100}).add({.timestamp_ms = 110, .value = ByteView(megabytes)});
  append(compressed(large.build(), zstd_), {.from_client = false}).value();
  EXPECT_EQ(time_lookup(100), "0@110");
  config_.max_message_bytes = 40'000;
  log_->set_config(config_);
  EXPECT_EQ(time_lookup(100), "0@100");
}

TEST_F(TimeSearchTest, all_records_of_a_stamped_batch_have_its_time) {
  config_.timestamp_type = config::TimestampType::kLogAppendTime;
  log_->set_config(config_);
  append(at({1, 2, 3})).value();
  EXPECT_EQ(time_lookup(3), fmt::format("0@{}", now()));
}

TEST_F(TimeSearchTest, passes_over_records_that_were_deleted) {
  append(at({100, 300, 200})).value();
  append(at({150, 250})).value();
  ASSERT_TRUE(delete_records(Offset{2}));
  EXPECT_EQ(time_lookup(160), "2@200");
  EXPECT_EQ(time_lookup(210), "4@250");
  EXPECT_EQ(time_lookup(260), "none");
  EXPECT_EQ(latest(), "4@250");
}

TEST_F(TimeSearchTest, looks_through_segments) {
  log_.reset();
  config_.segment_bytes = 150;
  open();
  for (int64_t i = 0; i < 10; ++i) append(at({1000 + 10 * i})).value();
  EXPECT_EQ(time_lookup(1055), "6@1060");
  EXPECT_EQ(latest(), "9@1090");
}

TEST_F(TimeSearchTest, records_without_a_time_are_never_found) {
  append(at({-1})).value();
  EXPECT_EQ(time_lookup(0), "none");
  EXPECT_EQ(latest(), "none");
}

}  // namespace
}  // namespace tenon::log
