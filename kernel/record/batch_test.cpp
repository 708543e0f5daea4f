// SPDX-License-Identifier: Apache-2.0

#include "record/batch.h"

#include <gtest/gtest.h>

#include <limits>

#include "record/builder.h"

namespace tenon::record {
namespace {

Bytes batch_of(int records) {
  BatchBuilder builder;
  for (int i = 0; i < records; ++i) builder.add({.timestamp_ms = 10 + i, .value = as_bytes("v")});
  return builder.build();
}

// Written by hand from the grammar, to hold the code to the format and not to itself: one record
// with key "k" and value "v" at time 1.
const Bytes kGolden = {
    0,   0,   0,   0,   0,   0,   0,   0,       // base offset
    0,   0,   0,   58,                          // length
    0,   0,   0,   5,                           // leader epoch
    2,                                          // magic
    0,   0,   0,   0,                           // crc, set by the test
    0,   0,                                     // attributes
    0,   0,   0,   0,                           // last offset delta
    0,   0,   0,   0,   0,   0,   0,   1,       // base timestamp
    0,   0,   0,   0,   0,   0,   0,   1,       // max timestamp
    255, 255, 255, 255, 255, 255, 255, 255,     // producer id
    255, 255,                                   // producer epoch
    255, 255, 255, 255,                         // base sequence
    0,   0,   0,   1,                           // count
    16,  0,   0,   0,   2,   'k', 2,   'v', 0,  // the record
};

TEST(BatchView, agrees_with_bytes_written_by_hand) {
  Bytes golden = kGolden;
  patch_crc(golden);
  const Bytes built = BatchBuilder({.leader_epoch = LeaderEpoch{5}})
                          .add({.timestamp_ms = 1, .key = as_bytes("k"), .value = as_bytes("v")})
                          .build();
  EXPECT_EQ(built, golden);
}

TEST(BatchView, offset_and_epoch_are_outside_the_crc) {
  Bytes bytes = batch_of(2);
  patch_base_offset(bytes, Offset{1'000'000'000'000});
  patch_leader_epoch(bytes, LeaderEpoch{77});
  EXPECT_EQ(BatchView(bytes).base_offset(), Offset{1'000'000'000'000});
  EXPECT_EQ(BatchView(bytes).leader_epoch(), LeaderEpoch{77});
  EXPECT_TRUE(BatchView(bytes).crc_holds());
}

TEST(BatchView, log_append_time_keeps_the_crc_right) {
  Bytes bytes = batch_of(2);
  patch_log_append_time(bytes, 5000);
  EXPECT_EQ(BatchView(bytes).timestamp_type(), TimestampType::kLogAppendTime);
  EXPECT_EQ(BatchView(bytes).max_timestamp(), 5000);
  EXPECT_TRUE(BatchView(bytes).crc_holds());
}

TEST(BatchView, crc_sees_every_bit_that_it_covers) {
  const Bytes whole = batch_of(1);
  for (size_t at = kAttributesAt; at < whole.size(); ++at) {
    Bytes bytes = whole;
    bytes[at] ^= 0x10;
    EXPECT_FALSE(BatchView(bytes).crc_holds()) << at;
  }
}

TEST(AdvanceSequence, wraps_to_zero) {
  EXPECT_EQ(advance_sequence(0, 4), 4);
  EXPECT_EQ(advance_sequence(std::numeric_limits<int32_t>::max(), 0),
            std::numeric_limits<int32_t>::max());
  EXPECT_EQ(advance_sequence(std::numeric_limits<int32_t>::max(), 1), 0);
  EXPECT_EQ(advance_sequence(std::numeric_limits<int32_t>::max() - 1, 3), 1);
}

TEST(FindBatch, asks_for_more_until_the_batch_is_whole) {
  const Bytes bytes = batch_of(1);
  for (size_t length = 0; length < bytes.size(); ++length) {
    auto found = find_batch(ByteView(bytes).first(length));
    ASSERT_TRUE(found) << length;
    EXPECT_FALSE(*found);
  }
  EXPECT_TRUE(*find_batch(bytes));
}

TEST(FindBatch, refuses_what_is_not_a_batch) {
  Bytes bytes = batch_of(1);
  bytes[kMagicAt] = 1;
  EXPECT_EQ(find_batch(bytes).error().code, Errc::kCorruptMessage);
  for (const int32_t length : {-1, 0, 48}) {
    bytes = batch_of(1);
    store_be(bytes.data() + kLengthAt, length);
    EXPECT_EQ(find_batch(bytes).error().code, Errc::kCorruptMessage);
  }
}

TEST(Batches, goes_over_whole_batches_and_ends_at_a_cut_one) {
  Bytes bytes = batch_of(1);
  const Bytes more = batch_of(2);
  bytes.insert(bytes.end(), more.begin(), more.end());
  bytes.insert(bytes.end(), more.begin(), more.end() - 1);
  std::vector<int32_t> counts;
  for (BatchView batch : Batches(bytes)) counts.push_back(batch.count());
  EXPECT_EQ(counts, (std::vector<int32_t>{1, 2}));
}

}  // namespace
}  // namespace tenon::record
