// SPDX-License-Identifier: Apache-2.0

#include "wire/frame.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/random.h"
#include "wire/testing/golden.h"

namespace tenon::wire {
namespace {

constexpr size_t kLimit = 1 << 20;

Bytes framed(const Bytes& body) {
  Bytes bytes(sizeof(int32_t));
  store_be(bytes.data(), static_cast<int32_t>(body.size()));
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

Bytes body_of(size_t size, uint8_t first) {
  Bytes body(size);
  for (uint8_t& byte : body) byte = first++;
  return body;
}

class FrameReaderTest : public ::testing::Test {
 protected:
  // Hands the reader `bytes` in receives of at most `step` bytes; keeps the frames it yields.
  void receive(ByteView bytes, size_t step = SIZE_MAX) {
    while (!bytes.empty() && error_.empty()) {
      const MutableBytes room = reader_.prepare();
      ASSERT_FALSE(room.empty());
      const size_t count = std::min({step, room.size(), bytes.size()});
      std::ranges::copy(bytes.first(count), room.begin());
      bytes = bytes.subspan(count);
      reader_.commit(count);
      ++receives_;
      take_frames();
    }
  }
  void take_frames() {
    for (;;) {
      auto frame = reader_.next();
      if (!frame) {
        error_ = frame.error().detail;
        code_ = frame.error().code;
        return;
      }
      if (!*frame) return;
      frames_.push_back(std::move(**frame));
    }
  }
  Bytes body(size_t index) const {
    const MutableBytes view = frames_.at(index).body;
    return Bytes(view.begin(), view.end());
  }

  FrameReader reader_{kLimit};
  std::vector<Frame> frames_;
  std::string error_;
  Errc code_{};
  int receives_ = 0;
};

TEST_F(FrameReaderTest, small_frames_that_arrive_together_cost_one_receive) {
  Bytes stream;
  for (uint8_t i = 0; i < 10; ++i) std::ranges::copy(framed(body_of(50, i)), back_inserter(stream));
  receive(stream);
  EXPECT_EQ(receives_, 1);
  ASSERT_EQ(frames_.size(), 10u);
  EXPECT_EQ(body(9), body_of(50, 9));
}

TEST_F(FrameReaderTest, frames_are_whole_whatever_the_receives) {
  for (const size_t step : {1, 2, 3, 5, 7, 4096, 5000}) {
    frames_.clear();
    Bytes stream = framed(body_of(5000, 1));
    std::ranges::copy(framed({}), back_inserter(stream));
    std::ranges::copy(framed(body_of(3, 2)), back_inserter(stream));
    receive(stream, step);
    ASSERT_EQ(frames_.size(), 3u);
    EXPECT_EQ(body(0), body_of(5000, 1));
    EXPECT_EQ(body(1), Bytes{});
    EXPECT_EQ(body(2), body_of(3, 2));
  }
}

TEST_F(FrameReaderTest, a_large_frame_is_received_in_place_behind_what_was_read_ahead) {
  const Bytes stream = framed(body_of(100'000, 5));
  receive(ByteView(stream).first(FrameReader::kReadAhead));
  EXPECT_EQ(reader_.pending_frame_bytes(), 100'000u);
  const MutableBytes room = reader_.prepare();
  EXPECT_EQ(room.size(), stream.size() - FrameReader::kReadAhead);
  receive(ByteView(stream).subspan(FrameReader::kReadAhead));
  ASSERT_EQ(frames_.size(), 1u);
  EXPECT_EQ(frames_[0].body.data() + FrameReader::kReadAhead - sizeof(int32_t), room.data());
  EXPECT_EQ(body(0), body_of(100'000, 5));
}

TEST_F(FrameReaderTest, frames_stay_valid_while_later_ones_arrive) {
  SeededRandom random(7);
  std::vector<Bytes> sent;
  for (uint8_t i = 0; i < 200; ++i) {
    sent.push_back(body_of(random.below(6000), i));
    receive(framed(sent.back()), 1 + random.below(3000));
  }
  ASSERT_EQ(frames_.size(), sent.size());
  for (size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(body(i), sent[i]);
}

TEST_F(FrameReaderTest, the_buffer_is_used_again_when_nobody_holds_its_frames) {
  receive(framed(body_of(3900, 1)));
  const uint8_t* first = frames_[0].body.data();
  frames_.clear();
  receive(framed(body_of(3900, 2)));
  EXPECT_EQ(frames_[0].body.data(), first);
}

TEST_F(FrameReaderTest, an_unfinished_frame_is_left_in_the_count_of_buffered_bytes) {
  receive(from_hex("00000009 0102"));
  EXPECT_TRUE(frames_.empty());
  EXPECT_EQ(reader_.buffered_bytes(), 6u);
  EXPECT_EQ(reader_.pending_frame_bytes(), 9u);
}

TEST_F(FrameReaderTest, a_negative_length_is_malformed) {
  receive(from_hex("ffffffff"));
  EXPECT_EQ(code_, Errc::kMalformed);
  EXPECT_EQ(error_, "length -1 is negative");
}

TEST_F(FrameReaderTest, a_length_above_the_limit_is_refused_before_memory_is_taken) {
  receive(from_hex("00100001"));
  EXPECT_EQ(code_, Errc::kTooLarge);
  EXPECT_EQ(error_, "length 1048577 is above the limit of 1048576");
  EXPECT_EQ(reader_.pending_frame_bytes(), std::nullopt);
}

TEST_F(FrameReaderTest, frames_before_a_bad_length_are_yielded) {
  receive(from_hex("00000002 0a0b ffffff00"));
  EXPECT_EQ(frames_.size(), 1u);
  EXPECT_EQ(code_, Errc::kMalformed);
  take_frames();
  EXPECT_EQ(frames_.size(), 1u);
}

TEST_F(FrameReaderTest, says_when_somebody_speaks_http_or_tls) {
  receive(as_bytes("GET / HTTP/1.1\r\n"));
  EXPECT_NE(error_.find("HTTP"), std::string::npos);
  reader_ = FrameReader(kLimit);
  error_.clear();
  receive(from_hex("1603010200"));
  EXPECT_NE(error_.find("TLS"), std::string::npos);
}

}  // namespace
}  // namespace tenon::wire
