// SPDX-License-Identifier: Apache-2.0
//
// Cuts a stream of bytes into frames: an int32 length, big-endian, and that many bytes.
//
// The reader owns the memory and lends it to recv, so that a payload lies where it was received
// until its request has been answered:
//
//   MutableBytes room = reader.prepare();      // never empty
//   reader.commit(recv(fd, room));
//   for (;;) { auto frame = reader.next(); ... }  // an error ends the connection
//
// Between frames the reader asks for up to kReadAhead bytes, so that small requests, even many
// pipelined ones, cost one recv. A frame that does not end in them gets a buffer of its exact
// size; what was read ahead of it (at most kReadAhead bytes) is moved there, and all the rest is
// received in place.
//
// Not thread-safe. Frames are independent of the reader and may outlive it.
// Failure modes: a negative length (kMalformed) or one above the limit (kTooLarge), told by next()
// as soon as the frames before it have been taken. Nothing is yielded from then on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"

namespace tenon::wire {

// A whole frame without its length. `memory` keeps `body` valid; small frames share it.
struct Frame {
  std::shared_ptr<uint8_t[]> memory;
  MutableBytes body;
};

class FrameReader {
 public:
  static constexpr size_t kReadAhead = 4096;

  explicit FrameReader(size_t frame_bytes_max);

  // Where the next bytes of the stream go. Call it when next() has nothing more to give; valid
  // until the next call of prepare.
  MutableBytes prepare();
  // The first `count` bytes of what prepare() returned have been filled.
  void commit(size_t count);
  // The next complete frame, if there is one.
  Result<std::optional<Frame>> next();

  // Length of the frame whose end has not been received yet, known once its first four bytes are
  // there. The caller may charge it to a budget before it calls prepare(), which allocates it.
  std::optional<size_t> pending_frame_bytes() const;
  // Bytes received that no frame handed out holds. At the end of the stream, not zero means torn.
  size_t buffered_bytes() const { return filled_ - taken_; }

 private:
  std::optional<int32_t> length() const;
  bool has_room() const;

  size_t frame_bytes_max_;
  std::shared_ptr<uint8_t[]> buffer_;
  size_t capacity_ = 0;
  size_t filled_ = 0;  // received bytes of buffer_
  size_t taken_ = 0;   // of them, handed out in frames
};

}  // namespace tenon::wire
