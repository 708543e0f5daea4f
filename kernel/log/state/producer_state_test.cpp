// SPDX-License-Identifier: Apache-2.0

#include "log/state/producer_state.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>

#include "log/state/blob.h"
#include "record/builder.h"

namespace tenon::log {
namespace {

constexpr int32_t kSequenceMax = std::numeric_limits<int32_t>::max();

struct Sent {
  int32_t sequence = 0;
  int count = 1;
  int16_t epoch = 0;
  int64_t id = 1;
  bool control = false;
};

class ProducerStateTest : public testing::Test {
 protected:
  Bytes batch(const Sent& sent) const {
    record::BatchBuilder builder({.base_offset = next_,
                                  .producer_id = ProducerId{sent.id},
                                  .producer_epoch = ProducerEpoch{sent.epoch},
                                  .base_sequence = sent.sequence,
                                  .control = sent.control});
    for (int i = 0; i < sent.count; ++i) builder.add({.timestamp_ms = 50 + i});
    return builder.build();
  }
  void observe(const Sent& sent) {
    const Bytes bytes = batch(sent);
    state_.observe(record::BatchView(bytes), now_);
    next_ = record::BatchView(bytes).last_offset().next();
  }
  // "new", the offsets of the first time, or the error.
  std::string check(const Sent& sent) const {
    const Bytes bytes = batch(sent);
    auto seen = state_.check(record::BatchView(bytes));
    if (!seen) return std::string(to_string(seen.error().code));
    if (!*seen) return "new";
    return std::to_string((*seen)->first_offset().value) + "-" +
           std::to_string((*seen)->last_offset.value);
  }

  ProducerState state_;
  Offset next_{0};
  int64_t now_ = 1000;
};

TEST_F(ProducerStateTest, an_unknown_producer_may_begin_anywhere) {
  EXPECT_EQ(check({.sequence = 0}), "new");
  EXPECT_EQ(check({.sequence = 1234, .epoch = 5}), "new");
}

TEST_F(ProducerStateTest, sequences_follow_one_another) {
  observe({.sequence = 0, .count = 3});
  EXPECT_EQ(check({.sequence = 3}), "new");
  EXPECT_EQ(check({.sequence = 4}), "OutOfOrderSequenceNumber");
  EXPECT_EQ(check({.sequence = 2}), "OutOfOrderSequenceNumber");
}

TEST_F(ProducerStateTest, a_duplicate_is_answered_with_its_first_offsets) {
  observe({.sequence = 0, .count = 3});
  observe({.sequence = 3, .count = 2});
  EXPECT_EQ(check({.sequence = 0, .count = 3}), "0-2");
  EXPECT_EQ(check({.sequence = 3, .count = 2}), "3-4");
  EXPECT_EQ(check({.sequence = 3, .count = 1}), "OutOfOrderSequenceNumber");
}

TEST_F(ProducerStateTest, the_window_holds_five_batches) {
  for (int i = 0; i < 6; ++i) observe({.sequence = i});
  EXPECT_EQ(check({.sequence = 0}), "OutOfOrderSequenceNumber");
  for (int i = 1; i < 6; ++i) EXPECT_EQ(check({.sequence = i}), fmt::format("{}-{}", i, i));
  EXPECT_EQ(check({.sequence = 6}), "new");
}

TEST_F(ProducerStateTest, sequences_wrap) {
  observe({.sequence = kSequenceMax - 1, .count = 2});
  EXPECT_EQ(check({.sequence = 0}), "new");
  EXPECT_EQ(check({.sequence = 1}), "OutOfOrderSequenceNumber");
  observe({.sequence = 0});
  EXPECT_EQ(check({.sequence = kSequenceMax - 1, .count = 2}), "0-1");
}

TEST_F(ProducerStateTest, sequences_wrap_within_a_batch) {
  observe({.sequence = kSequenceMax, .count = 3});
  EXPECT_EQ(check({.sequence = 2}), "new");
  EXPECT_EQ(check({.sequence = kSequenceMax, .count = 3}), "0-2");
}

TEST_F(ProducerStateTest, a_new_epoch_fences_the_old_one_and_begins_at_zero) {
  observe({.sequence = 0, .count = 3});
  EXPECT_EQ(check({.sequence = 3, .epoch = 1}), "OutOfOrderSequenceNumber");
  EXPECT_EQ(check({.sequence = 0, .epoch = 1}), "new");
  observe({.sequence = 0, .epoch = 1});
  EXPECT_EQ(check({.sequence = 3, .epoch = 0}), "InvalidProducerEpoch");
  EXPECT_EQ(check({.sequence = 0, .count = 3, .epoch = 0}), "InvalidProducerEpoch");
}

TEST_F(ProducerStateTest, a_control_batch_fences_without_a_sequence) {
  observe({.sequence = 0});
  observe({.sequence = -1, .epoch = 1, .control = true});
  EXPECT_EQ(check({.sequence = 1, .epoch = 0}), "InvalidProducerEpoch");
  EXPECT_EQ(check({.sequence = 0, .epoch = 1}), "new");
  EXPECT_EQ(check({.sequence = 3, .epoch = 1}), "OutOfOrderSequenceNumber");
}

TEST_F(ProducerStateTest, producers_do_not_touch_each_other) {
  observe({.sequence = 0, .id = 1});
  observe({.sequence = 7, .id = 2});
  EXPECT_EQ(check({.sequence = 1, .id = 1}), "new");
  EXPECT_EQ(check({.sequence = 8, .id = 2}), "new");
  EXPECT_EQ(state_.size(), 2U);
}

TEST_F(ProducerStateTest, expires_by_when_it_was_seen_not_by_what_the_records_say) {
  observe({.sequence = 0, .id = 1});
  now_ += 500;
  observe({.sequence = 0, .id = 2});
  state_.expire(now_ + 500, 1000);
  EXPECT_EQ(state_.size(), 1U);
  EXPECT_EQ(check({.sequence = 5, .id = 1}), "new");
  EXPECT_EQ(check({.sequence = 0, .id = 2}), "1-1");
}

TEST_F(ProducerStateTest, forgets_what_was_cut_off) {
  observe({.sequence = 0, .id = 1});
  observe({.sequence = 1, .id = 1});
  observe({.sequence = 0, .id = 2});
  state_.forget_from(Offset{1});
  EXPECT_EQ(check({.sequence = 1, .id = 1}), "new");
  EXPECT_EQ(check({.sequence = 9, .id = 2}), "new");
}

TEST_F(ProducerStateTest, adopts_from_an_older_state_only_what_came_before) {
  for (int i = 0; i < 6; ++i) observe({.sequence = i, .id = 1});
  observe({.sequence = 0, .id = 2});
  const ProducerState older = state_;
  state_ = {};
  next_ = Offset{4};
  for (int i = 4; i < 6; ++i) observe({.sequence = i, .id = 1});
  state_.adopt_older(older);
  for (int i = 1; i < 6; ++i) EXPECT_EQ(check({.sequence = i}), fmt::format("{}-{}", i, i));
  EXPECT_EQ(check({.sequence = 0, .id = 2}), "6-6");
}

TEST_F(ProducerStateTest, survives_a_round_trip) {
  for (int i = 0; i < 7; ++i) observe({.sequence = i, .id = 1});
  observe({.sequence = -1, .epoch = 3, .id = 2, .control = true});
  auto snapshot = ProducerState::decode(state_.encode(Offset{8}), "t-0");
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->end, Offset{8});
  state_ = snapshot->state;
  EXPECT_EQ(state_.size(), 2U);
  EXPECT_EQ(check({.sequence = 2, .id = 1}), "2-2");
  EXPECT_EQ(check({.sequence = 0, .epoch = 2, .id = 2}), "InvalidProducerEpoch");
}

TEST_F(ProducerStateTest, refuses_blobs_that_lie) {
  const auto producers = [](int32_t count) { return BlobWriter(1).put(int64_t{0}).put(count); };
  for (const Bytes& bad :
       {producers(1).finish(), producers(-1).finish(), producers(0x7fffffff).finish(),
        producers(0).put(int8_t{0}).finish(), BlobWriter(1).finish(),
        producers(1).put(int64_t{1}).put(int16_t{0}).put(int64_t{0}).put(int8_t{6}).finish(),
        producers(1).put(int64_t{1}).put(int16_t{0}).put(int64_t{0}).put(int8_t{1}).finish()}) {
    EXPECT_EQ(ProducerState::decode(bad, "t-0").error().code, Errc::kCorruptData);
  }
}

}  // namespace
}  // namespace tenon::log
