// SPDX-License-Identifier: Apache-2.0

#include "net/connection/frame_intake.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/assert.h"

namespace tenon::net {
namespace {

constexpr size_t kLengthBytes = 4;
// With less room than this at its end, a slab is done with.
constexpr size_t kRoomMin = 2048;

// What another protocol says first, as the length that we take it for.
std::string_view guess_protocol(uint32_t length) {
  switch (length) {
    case 0x47455420:  // "GET "
    case 0x48454144:  // "HEAD"
    case 0x504f5354:  // "POST"
    case 0x50555420:  // "PUT "
    case 0x4f505449:  // "OPTI"ONS
    case 0x50524920:  // "PRI ", HTTP/2
      return "; these are the first bytes of an HTTP request";
    default:
      // A TLS record of type handshake, version 3.x.
      return length >> 16 == 0x1603 ? "; these are the first bytes of a TLS handshake" : "";
  }
}

}  // namespace

FrameIntake::Step FrameIntake::step() {
  if (state_ == State::kLength) read_length();
  switch (state_) {
    case State::kLength:
      return Step::kReceive;
    case State::kAnnounced:
      return Step::kCharge;
    case State::kBody:
      return whole() ? Step::kFrame : Step::kReceive;
    case State::kBad:
      return Step::kBad;
  }
  return Step::kBad;
}

void FrameIntake::read_length() {
  const uint8_t* at = length_bytes_.data();
  if (after_large_) {
    if (length_filled_ < kLengthBytes) return;
    length_filled_ = 0;
    after_large_ = false;
  } else {
    if (unread() < kLengthBytes) return;
    at = slab_.bytes().data() + begin_;
    begin_ += kLengthBytes;
  }
  length_ = load_be<int32_t>(at);
  const bool allowed = length_ > 0 && static_cast<uint32_t>(length_) <= frame_bytes_max_;
  state_ = allowed ? State::kAnnounced : State::kBad;
}

std::string FrameIntake::refusal() const {
  return fmt::format("a frame of {} bytes is announced, between 1 and {} are allowed{}", length_,
                     frame_bytes_max_, guess_protocol(static_cast<uint32_t>(length_)));
}

void FrameIntake::charged() {
  TN_ASSERT(state_ == State::kAnnounced);
  state_ = State::kBody;
}

bool FrameIntake::whole() const {
  const auto length = static_cast<size_t>(length_);
  return block_ ? filled_ == length : unread() >= length;
}

MutableBytes FrameIntake::room() {
  if (state_ == State::kLength && after_large_) {
    return MutableBytes(length_bytes_).subspan(length_filled_);
  }
  const auto length = static_cast<size_t>(length_);
  if (state_ == State::kBody && length > BufferPool::kSlabBytes) {
    if (!block_ && !move_to_block()) return {};
    return block_.bytes().subspan(filled_, length - filled_);
  }
  // What the slab must still hold from begin_ on, so that the frame is in one piece.
  const size_t needed = state_ == State::kBody ? length : unread() + kRoomMin;
  if (unread() == 0 && slab_.sole()) begin_ = end_ = 0;
  if (slab_.bytes().size() < begin_ + needed && !move_to_new_slab()) return {};
  return slab_.bytes().subspan(end_);
}

bool FrameIntake::move_to_new_slab() {
  BufferRef fresh = pool_.take(BufferPool::kSlabBytes);
  if (!fresh) return false;
  const size_t moved = unread();
  if (moved > 0) std::memcpy(fresh.bytes().data(), slab_.bytes().data() + begin_, moved);
  slab_ = std::move(fresh);
  begin_ = 0;
  end_ = moved;
  return true;
}

bool FrameIntake::move_to_block() {
  block_ = pool_.take(static_cast<size_t>(length_));
  if (!block_) return false;
  filled_ = unread();
  if (filled_ > 0) std::memcpy(block_.bytes().data(), slab_.bytes().data() + begin_, filled_);
  begin_ = end_;
  return true;
}

void FrameIntake::received(size_t bytes) {
  if (state_ == State::kLength && after_large_) {
    length_filled_ += bytes;
  } else if (block_) {
    filled_ += bytes;
  } else {
    end_ += bytes;
  }
}

Frame FrameIntake::take() {
  TN_ASSERT(state_ == State::kBody && whole());
  const auto length = static_cast<size_t>(length_);
  state_ = State::kLength;
  if (block_) {
    after_large_ = true;
    filled_ = 0;
    const MutableBytes body = block_.bytes().first(length);
    return {body, std::move(block_)};
  }
  const MutableBytes body = slab_.bytes().subspan(begin_, length);
  begin_ += length;
  return {body, slab_};
}

bool FrameIntake::amid_frame() const {
  if (state_ == State::kLength) return after_large_ ? length_filled_ > 0 : unread() > 0;
  return true;
}

void FrameIntake::rest() {
  if (unread() != 0 || !slab_.sole()) return;
  slab_ = {};
  begin_ = end_ = 0;
}

}  // namespace tenon::net
