// SPDX-License-Identifier: Apache-2.0

#include "wire/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/assert.h"

namespace tenon::wire {
namespace {

constexpr size_t kLengthBytes = sizeof(int32_t);
// With less room than this before a frame begins, a new read-ahead buffer is worth more.
constexpr size_t kRoomMin = 512;

// A length that cannot be one is most often another protocol knocking at the wrong port.
std::string_view guess_protocol(uint32_t length) {
  switch (length) {
    case 0x47455420:  // "GET "
    case 0x48454144:  // "HEAD"
    case 0x504f5354:  // "POST"
    case 0x50555420:  // "PUT "
    case 0x50524920:  // "PRI ", HTTP/2
      return "; these are the first bytes of an HTTP request";
    default:
      // A TLS record of type handshake, version 3.x.
      return length >> 16 == 0x1603 ? "; these are the first bytes of a TLS handshake" : "";
  }
}

}  // namespace

FrameReader::FrameReader(size_t frame_bytes_max)
    : frame_bytes_max_(std::min<size_t>(frame_bytes_max, INT32_MAX)) {}

MutableBytes FrameReader::prepare() {
  if (!has_room()) {
    const size_t held = buffered_bytes();
    const auto body = pending_frame_bytes();
    const size_t bytes = body ? kLengthBytes + *body : kReadAhead;
    TN_ASSERT(bytes > held);  // else a complete frame has not been taken
    const bool reusable = held == 0 && capacity_ == bytes && buffer_.use_count() == 1;
    if (!reusable) {
      auto fresh = std::make_shared_for_overwrite<uint8_t[]>(bytes);
      if (held > 0) std::memcpy(fresh.get(), buffer_.get() + taken_, held);
      buffer_ = std::move(fresh);
      capacity_ = bytes;
    }
    filled_ = held;
    taken_ = 0;
  }
  return {buffer_.get() + filled_, capacity_ - filled_};
}

// Whether the buffer can take the rest of the frame that has begun, or enough of one that has not.
bool FrameReader::has_room() const {
  if (const auto body = pending_frame_bytes()) {
    return taken_ + kLengthBytes + *body <= capacity_ && filled_ < capacity_;
  }
  return capacity_ - filled_ >= kRoomMin;
}

void FrameReader::commit(size_t count) {
  TN_ASSERT(count <= capacity_ - filled_);
  filled_ += count;
}

Result<std::optional<Frame>> FrameReader::next() {
  const auto bytes = length();
  if (!bytes) return std::nullopt;
  if (*bytes < 0) {
    return fail(Errc::kMalformed, "frame", fmt::format("length {} is negative", *bytes));
  }
  const auto body = static_cast<size_t>(*bytes);
  if (body > frame_bytes_max_) {
    return fail(Errc::kTooLarge, "frame",
                fmt::format("length {} is above the limit of {}{}", body, frame_bytes_max_,
                            guess_protocol(static_cast<uint32_t>(*bytes))));
  }
  if (buffered_bytes() < kLengthBytes + body) return std::nullopt;
  Frame frame{.memory = buffer_, .body = {buffer_.get() + taken_ + kLengthBytes, body}};
  taken_ += kLengthBytes + body;
  return frame;
}

std::optional<size_t> FrameReader::pending_frame_bytes() const {
  const auto bytes = length();
  if (!bytes || *bytes < 0 || static_cast<size_t>(*bytes) > frame_bytes_max_) return std::nullopt;
  return static_cast<size_t>(*bytes);
}

std::optional<int32_t> FrameReader::length() const {
  if (buffered_bytes() < kLengthBytes) return std::nullopt;
  return load_be<int32_t>(buffer_.get() + taken_);
}

}  // namespace tenon::wire
