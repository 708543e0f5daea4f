// SPDX-License-Identifier: Apache-2.0

#include "net/connection/frame_intake.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace tenon::net {
namespace {

using Step = FrameIntake::Step;

// Plays the connection: feeds a stream in portions, charges everything at once and keeps frames.
class FrameIntakeTest : public testing::Test {
 protected:
  void queue_frame(size_t length) {
    queue_length(static_cast<int32_t>(length));
    Bytes body(length);
    for (auto& byte : body) byte = static_cast<uint8_t>(random_());
    stream_.insert(stream_.end(), body.begin(), body.end());
    expected_.push_back(std::move(body));
  }
  void queue_length(int32_t length) {
    stream_.resize(stream_.size() + 4);
    store_be<int32_t>(stream_.data() + stream_.size() - 4, length);
  }

  // Receives until the stream is used up; `portion` bytes at most in one go.
  Step feed(size_t portion) {
    for (;;) {
      const Step step = intake_.step();
      if (step == Step::kBad) return step;
      if (step == Step::kCharge) intake_.charged();
      if (step == Step::kFrame) frames_.push_back(intake_.take());
      if (step == Step::kReceive && fed_ == stream_.size()) return step;
      if (step == Step::kReceive) receive(portion);
    }
  }
  void receive(size_t portion) {
    const MutableBytes room = intake_.room();
    ASSERT_FALSE(room.empty());
    const size_t n = std::min({portion, room.size(), stream_.size() - fed_});
    std::memcpy(room.data(), stream_.data() + fed_, n);
    intake_.received(n);
    fed_ += n;
  }
  std::string refusal_of(std::string_view stream) {
    FrameIntake intake(pool_, 1u << 20);
    EXPECT_EQ(intake.step(), Step::kReceive);
    std::ranges::copy(as_bytes(stream), intake.room().begin());
    intake.received(stream.size());
    EXPECT_EQ(intake.step(), Step::kBad);
    return intake.refusal();
  }
  void expect_all() {
    ASSERT_EQ(frames_.size(), expected_.size());
    for (size_t i = 0; i < frames_.size(); ++i) {
      ASSERT_TRUE(std::ranges::equal(frames_[i].body, expected_[i])) << "frame " << i;
    }
  }

  std::mt19937 random_{7};
  BufferPool pool_;
  FrameIntake intake_{pool_, 1u << 20};
  Bytes stream_;
  size_t fed_ = 0;
  std::vector<Bytes> expected_;
  std::vector<Frame> frames_;
};

TEST_F(FrameIntakeTest, yields_many_small_frames_from_one_portion) {
  for (int i = 0; i < 100; ++i) queue_frame(50);
  EXPECT_EQ(feed(1u << 20), Step::kReceive);
  expect_all();
  EXPECT_EQ(frames_.front().buffer.bytes().data(), frames_.back().buffer.bytes().data());
}

TEST_F(FrameIntakeTest, puts_frames_together_whatever_the_portions) {
  const size_t slab = BufferPool::kSlabBytes;
  for (const size_t portion : {size_t{1}, size_t{3}, size_t{1000}, slab, size_t{70'000}}) {
    for (const size_t length : {size_t{1}, size_t{100}, slab - 4, slab, slab + 1, size_t{100'000},
                                size_t{200'000}, size_t{5}, slab - 1, size_t{7}}) {
      queue_frame(length);
    }
    EXPECT_EQ(feed(portion), Step::kReceive);
  }
  expect_all();
}

TEST_F(FrameIntakeTest, puts_random_frames_of_random_portions_together) {
  for (int i = 0; i < 300; ++i) {
    queue_frame(1 + random_() % (i % 10 == 0 ? 60'000 : 3'000));
    feed(1 + random_() % 5'000);
  }
  expect_all();
}

TEST_F(FrameIntakeTest, receives_a_large_frame_in_place) {
  queue_frame(300'000);
  queue_frame(300'000);
  feed(1u << 20);
  expect_all();
  // After the first large frame only a length is asked for, so the second is never moved.
  queue_length(300'000);
  stream_.resize(stream_.size() + 10);
  EXPECT_EQ(intake_.step(), Step::kReceive);
  EXPECT_EQ(intake_.room().size(), 4u);
  receive(4);
  EXPECT_EQ(intake_.step(), Step::kCharge);
  intake_.charged();
  EXPECT_EQ(intake_.room().size(), 300'000u);
}

TEST_F(FrameIntakeTest, refuses_lengths_that_are_not_allowed) {
  for (const int32_t length : {0, -1, std::numeric_limits<int32_t>::min(), (1 << 20) + 1,
                               std::numeric_limits<int32_t>::max()}) {
    FrameIntake intake(pool_, 1u << 20);
    ASSERT_EQ(intake.step(), Step::kReceive);
    store_be<int32_t>(intake.room().data(), length);
    intake.received(4);
    EXPECT_EQ(intake.step(), Step::kBad) << length;
    EXPECT_EQ(intake.length(), length);
  }
}

TEST_F(FrameIntakeTest, yields_the_frames_before_a_bad_length_and_nothing_after_it) {
  queue_frame(10);
  queue_length(-5);
  queue_frame(10);
  EXPECT_EQ(feed(100), Step::kBad);
  EXPECT_EQ(intake_.step(), Step::kBad);
  expected_.pop_back();
  expect_all();
}

TEST_F(FrameIntakeTest, says_which_length_is_not_allowed) {
  queue_length((1 << 20) + 1);
  EXPECT_EQ(feed(4), Step::kBad);
  EXPECT_EQ(intake_.refusal(),
            "a frame of 1048577 bytes is announced, between 1 and 1048576 are allowed");
}

TEST_F(FrameIntakeTest, says_when_somebody_speaks_http_or_tls) {
  EXPECT_NE(refusal_of("GET / HTTP/1.1\r\n").find("HTTP"), std::string::npos);
  EXPECT_NE(refusal_of("POST /topics HTTP/1.1\r\n").find("HTTP"), std::string::npos);
  EXPECT_NE(refusal_of("\x16\x03\x01\x02\x01").find("TLS"), std::string::npos);
}

TEST_F(FrameIntakeTest, takes_no_memory_for_a_frame_before_it_is_charged) {
  queue_length(1 << 20);
  receive(4);
  EXPECT_EQ(intake_.step(), Step::kCharge);
  EXPECT_EQ(intake_.step(), Step::kCharge);
  intake_.charged();
  EXPECT_EQ(intake_.room().size(), 1u << 20);
}

TEST_F(FrameIntakeTest, frames_stay_valid_while_later_ones_arrive) {
  for (int i = 0; i < 200; ++i) queue_frame(1 + random_() % 6000);
  feed(1000);
  expect_all();
}

TEST_F(FrameIntakeTest, holds_no_memory_at_rest) {
  queue_frame(10);
  feed(100);
  frames_.clear();
  intake_.rest();
  EXPECT_EQ(pool_.kept_bytes(), BufferPool::kSlabBytes);
}

TEST_F(FrameIntakeTest, keeps_an_unfinished_frame_at_rest) {
  queue_frame(10);
  queue_frame(10);
  const Bytes rest(stream_.end() - 3, stream_.end());
  stream_.resize(stream_.size() - 3);
  feed(100);
  EXPECT_TRUE(intake_.amid_frame());
  intake_.rest();
  stream_.insert(stream_.end(), rest.begin(), rest.end());
  feed(100);
  expect_all();
  EXPECT_FALSE(intake_.amid_frame());
}

TEST_F(FrameIntakeTest, is_amid_a_frame_when_a_part_of_the_next_length_has_come) {
  queue_frame(100'000);
  feed(1u << 20);
  EXPECT_FALSE(intake_.amid_frame());
  stream_.push_back(0);
  feed(1);
  EXPECT_TRUE(intake_.amid_frame());
}

}  // namespace
}  // namespace tenon::net
