// SPDX-License-Identifier: Apache-2.0
//
// Cuts a stream of bytes into frames, in the memory into which they were received. It makes no
// system call: the connection asks what to do next, receives where it is told to, and tells how
// much came. So it can be driven by any bytes in any portions.
//
//   frame := length:int32 (big-endian, 1 .. frame_bytes_max) body[length]
//
// Small frames are received together into a slab of 16 KiB and are views of it. A frame that is
// larger than a slab gets a block of its own, of which recv fills the rest in place; only what had
// come along with its length, at most a slab, is moved there. After a large frame just the four
// bytes of the next length are asked for, so that a stream of large frames is never moved at all.
//
// Lives on one shard.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "net/connection/frame_buffer.h"

namespace tenon::net {

class FrameIntake {
 public:
  enum class Step {
    kReceive,  // receive into room(), then received(n)
    kCharge,   // length() is known; charged() once there is memory for it
    kFrame,    // take() it
    kBad,      // length() is not allowed; nothing more can be read from this stream
  };

  // The pool outlives the intake and its frames.
  FrameIntake(BufferPool& pool, uint32_t frame_bytes_max)
      : pool_(pool), frame_bytes_max_(frame_bytes_max) {}

  Step step();
  // Where the next bytes go, never empty unless the system is out of memory. After kReceive only.
  MutableBytes room();
  void received(size_t bytes);
  int32_t length() const { return length_; }
  // How much of a charged frame, which take() has not given yet, is here.
  size_t received_of_frame() const { return block_ ? filled_ : unread(); }
  // After kBad: why, for the log. Names the protocol when the bytes look like HTTP or TLS, which
  // somebody speaks to the wrong port.
  std::string refusal() const;
  void charged();
  Frame take();

  // Has the stream stopped amid a frame?
  bool amid_frame() const;
  // The stream pauses: gives back memory that holds nothing.
  void rest();

 private:
  enum class State { kLength, kAnnounced, kBody, kBad };

  size_t unread() const { return end_ - begin_; }
  bool whole() const;
  void read_length();
  bool move_to_new_slab();
  bool move_to_block();

  BufferPool& pool_;
  const uint32_t frame_bytes_max_;
  State state_ = State::kLength;
  int32_t length_ = 0;

  // Received and not yet taken: slab_[begin_, end_), or in the frame's own block the first filled_.
  BufferRef slab_;
  size_t begin_ = 0;
  size_t end_ = 0;
  BufferRef block_;
  size_t filled_ = 0;

  // After a large frame: the length alone.
  bool after_large_ = false;
  std::array<uint8_t, 4> length_bytes_{};
  size_t length_filled_ = 0;
};

}  // namespace tenon::net
