// SPDX-License-Identifier: Apache-2.0

#include "record/validate.h"

#include <gtest/gtest.h>

#include "record/builder.h"

namespace tenon::record {
namespace {

constexpr int64_t kNow = 1'000'000;

class Validate : public testing::Test {
 protected:
  Validate() { limits_.now_ms = kNow; }

  static Bytes good(int records = 3, BatchSpec spec = {}) {
    BatchBuilder builder(spec);
    for (int i = 0; i < records; ++i) {
      builder.add({.timestamp_ms = kNow + i, .key = as_bytes("key"), .value = as_bytes("value")});
    }
    return builder.build();
  }
  template <class T>
  void set(size_t at, T value) {
    store_be(bytes_.data() + at, value);
    patch_crc(bytes_);
  }
  static Bytes joined(Bytes first, const Bytes& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
  }
  // What the verdict on bytes_ is.
  std::string verdict() {
    auto set = validate(bytes_, limits_);
    return set ? "ok" : std::string(to_string(set.error().code));
  }

  Limits limits_;
  Bytes bytes_ = good();
};

TEST_F(Validate, takes_a_good_batch_and_counts_it) {
  auto set = validate(bytes_, limits_);
  ASSERT_TRUE(set) << set.error().text();
  EXPECT_EQ(set->batches, 1);
  EXPECT_EQ(set->records, 3);
  EXPECT_EQ(set->offsets, 3);
  EXPECT_EQ(set->max_timestamp_ms, kNow + 2);
}

TEST_F(Validate, refuses_nothing_at_all) {
  bytes_.clear();
  EXPECT_EQ(verdict(), "InvalidRecord");
}

TEST_F(Validate, refuses_a_batch_cut_anywhere) {
  const Bytes whole = bytes_;
  for (size_t length = 1; length < whole.size(); ++length) {
    bytes_.assign(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(length));
    EXPECT_EQ(verdict(), "CorruptMessage") << length;
  }
}

TEST_F(Validate, refuses_bytes_behind_the_batch) {
  bytes_.push_back(0);
  EXPECT_EQ(verdict(), "InvalidRecord");
  limits_.single_batch = false;
  EXPECT_EQ(verdict(), "CorruptMessage");
}

TEST_F(Validate, refuses_old_magic_as_kafka_does) {
  bytes_[kMagicAt] = 0;
  EXPECT_EQ(verdict(), "InvalidRecord");
  bytes_[kMagicAt] = 1;
  EXPECT_EQ(verdict(), "InvalidRecord");
  bytes_[kMagicAt] = 3;
  EXPECT_EQ(verdict(), "CorruptMessage");
}

TEST_F(Validate, refuses_lengths_shorter_than_the_header) {
  for (const int32_t length : {-1, 0, 48}) {
    store_be(bytes_.data() + kLengthAt, length);
    EXPECT_EQ(verdict(), "CorruptMessage");
  }
}

TEST_F(Validate, refuses_a_flipped_bit) {
  bytes_.back() ^= 1;
  EXPECT_EQ(verdict(), "CorruptMessage");
}

TEST_F(Validate, refuses_a_batch_over_the_limit_and_takes_one_at_it) {
  limits_.max_batch_bytes = static_cast<int32_t>(bytes_.size());
  EXPECT_EQ(verdict(), "ok");
  limits_.max_batch_bytes -= 1;
  EXPECT_EQ(verdict(), "MessageTooLarge");
}

TEST_F(Validate, refuses_counts_that_contradict_the_offsets) {
  set<int32_t>(kLastOffsetDeltaAt, 3);
  EXPECT_EQ(verdict(), "InvalidRecord");
  set<int32_t>(kLastOffsetDeltaAt, -1);
  EXPECT_EQ(verdict(), "InvalidRecord");
}

TEST_F(Validate, refuses_empty_batches) {
  bytes_ = good(0);
  EXPECT_EQ(verdict(), "InvalidRecord");
}

TEST_F(Validate, refuses_lying_record_counts) {
  for (const int32_t count : {2, 4, 1'000'000'000}) {
    bytes_ = good();
    set<int32_t>(kLastOffsetDeltaAt, count - 1);
    set<int32_t>(kCountAt, count);
    EXPECT_EQ(verdict(), "InvalidRecord") << count;
  }
}

TEST_F(Validate, refuses_offset_deltas_out_of_order) {
  bytes_[kHeaderBytes + 3] = 2;  // the offset delta of the first record: 1 in zigzag
  patch_crc(bytes_);
  EXPECT_EQ(verdict(), "InvalidRecord");
}

TEST_F(Validate, refuses_a_base_offset_from_a_client) {
  patch_base_offset(bytes_, Offset{5});
  EXPECT_EQ(verdict(), "InvalidRecord");
  limits_.base_offsets = BaseOffsets::kIgnored;
  EXPECT_EQ(verdict(), "ok");
  patch_base_offset(bytes_, Offset{-5});
  EXPECT_EQ(verdict(), "InvalidRecord");
}

TEST_F(Validate, takes_one_batch_unless_told_otherwise) {
  bytes_ = joined(good(1), good(2));
  EXPECT_EQ(verdict(), "InvalidRecord");
  limits_.single_batch = false;
  auto set = validate(bytes_, limits_);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->batches, 2);
  EXPECT_EQ(set->offsets, 3);
  EXPECT_EQ(set->max_timestamp_ms, kNow + 1);
}

TEST_F(Validate, a_replicas_offsets_must_rise) {
  limits_.single_batch = false;
  limits_.base_offsets = BaseOffsets::kRising;
  bytes_ = joined(good(3, {.base_offset = Offset{4}}), good(1, {.base_offset = Offset{9}}));
  EXPECT_EQ(verdict(), "ok");
  bytes_ = joined(good(3, {.base_offset = Offset{4}}), good(1, {.base_offset = Offset{6}}));
  EXPECT_EQ(verdict(), "InvalidRecord");
}

TEST_F(Validate, takes_thinned_out_batches_only_from_replicas) {
  set<int32_t>(kLastOffsetDeltaAt, 10);
  EXPECT_EQ(verdict(), "InvalidRecord");
  limits_.allow_gaps = true;
  EXPECT_EQ(verdict(), "ok");
}

TEST_F(Validate, holds_idempotent_producers_to_epoch_and_sequence) {
  const BatchSpec spec{
      .producer_id = ProducerId{1}, .producer_epoch = ProducerEpoch{0}, .base_sequence = 0};
  bytes_ = good(3, spec);
  EXPECT_EQ(verdict(), "ok");
  set<int32_t>(kBaseSequenceAt, -1);
  EXPECT_EQ(verdict(), "InvalidRecord");
  bytes_ = good(3, spec);
  set<int16_t>(kProducerEpochAt, -1);
  EXPECT_EQ(verdict(), "InvalidRecord");
}

TEST_F(Validate, control_and_transactional_batches_need_leave) {
  const ProducerId id{1};
  bytes_ = good(1, {.producer_id = id, .producer_epoch = ProducerEpoch{0}, .control = true});
  EXPECT_EQ(verdict(), "InvalidRecord");
  limits_.allow_control = true;
  EXPECT_EQ(verdict(), "ok");
  bytes_ = good(1, {.producer_id = id,
                    .producer_epoch = ProducerEpoch{0},
                    .base_sequence = 0,
                    .transactional = true});
  EXPECT_EQ(verdict(), "InvalidRecord");
  limits_.allow_transactional = true;
  EXPECT_EQ(verdict(), "ok");
}

TEST_F(Validate, knows_the_codecs_that_are_loaded) {
  set<int16_t>(kAttributesAt, 2);
  EXPECT_EQ(verdict(), "ok");  // not decompressed: the records are the CRC's word
  limits_.codecs = 1;
  EXPECT_EQ(verdict(), "UnsupportedCompressionType");
  limits_.codecs = 0xff;
  set<int16_t>(kAttributesAt, 6);
  EXPECT_EQ(verdict(), "UnsupportedCompressionType");
}

TEST_F(Validate, zstd_needs_a_new_enough_request) {
  set<int16_t>(kAttributesAt, 4);
  EXPECT_EQ(verdict(), "ok");
  limits_.allow_zstd = false;
  EXPECT_EQ(verdict(), "UnsupportedCompressionType");
}

TEST_F(Validate, refuses_what_only_a_broker_sets) {
  set<int16_t>(kAttributesAt, kLogAppendTimeBit);
  EXPECT_EQ(verdict(), "InvalidTimestamp");
  set<int16_t>(kAttributesAt, kDeleteHorizonBit);
  EXPECT_EQ(verdict(), "InvalidRecord");
}

TEST_F(Validate, compacted_topics_need_keys) {
  limits_.require_keys = true;
  EXPECT_EQ(verdict(), "ok");
  bytes_ = BatchBuilder().add({.timestamp_ms = kNow, .value = as_bytes("v")}).build();
  EXPECT_EQ(verdict(), "InvalidRecord");
}

TEST_F(Validate, bounds_timestamps_on_both_sides) {
  limits_.timestamp_before_max_ms = 100;
  limits_.timestamp_after_max_ms = 50;
  for (const auto& [timestamp, expected] :
       {std::pair{kNow - 100, "ok"},
        {kNow - 101, "InvalidTimestamp"},
        {kNow + 50, "ok"},
        {kNow + 51, "InvalidTimestamp"},
        {int64_t{-1}, "ok"},
        {std::numeric_limits<int64_t>::min(), "InvalidTimestamp"},
        {std::numeric_limits<int64_t>::max(), "InvalidTimestamp"}}) {
    bytes_ = BatchBuilder().add({.timestamp_ms = timestamp}).build();
    EXPECT_EQ(verdict(), expected) << timestamp;
  }
}

TEST_F(Validate, bounds_the_timestamps_of_a_compressed_batchs_header) {
  limits_.timestamp_after_max_ms = 1;
  set<int16_t>(kAttributesAt, 1);
  EXPECT_EQ(verdict(), "InvalidTimestamp");
  limits_.check_timestamps = false;
  EXPECT_EQ(verdict(), "ok");
}

TEST_F(Validate, puts_a_wrong_max_timestamp_right) {
  set<int64_t>(kMaxTimestampAt, 7);
  EXPECT_EQ(verdict(), "ok");
  EXPECT_EQ(BatchView(bytes_).max_timestamp(), kNow + 2);
  EXPECT_TRUE(BatchView(bytes_).crc_holds());
}

TEST_F(Validate, refuses_timestamps_that_overflow) {
  set<int64_t>(kBaseTimestampAt, std::numeric_limits<int64_t>::max());
  EXPECT_EQ(verdict(), "InvalidTimestamp");
}

}  // namespace
}  // namespace tenon::record
