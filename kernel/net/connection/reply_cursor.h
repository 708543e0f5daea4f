// SPDX-License-Identifier: Apache-2.0
//
// A place in a reply that is partly sent: walks over its pieces in the order in which they go to
// the socket. Small and copyable, so that a look ahead does not move the place itself.
//
//   reply := length:int32 piece*        piece := encoded bytes | slice of a spliced payload
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/payload.h"

namespace tenon::net {

// A reply as it goes out: the length before the chain.
struct FramedReply {
  explicit FramedReply(OutputChain&& reply);

  std::array<uint8_t, 4> length;
  OutputChain chain;
};

class ReplyCursor {
 public:
  // What is left of the present piece; may be empty.
  Slice piece(const FramedReply& reply) const;
  // Moves inside the present piece, by at most what is left of it.
  void advance(uint64_t bytes) { done_ += bytes; }
  // Goes to the next piece; false when there is none.
  bool next(const FramedReply& reply);

 private:
  enum class In { kLength, kBytes, kPayload };
  In in_ = In::kLength;
  size_t splice_ = 0;  // kBytes: the bytes before it; kPayload: itself
  size_t slice_ = 0;   // kPayload only
  uint64_t done_ = 0;  // of the present piece
};

}  // namespace tenon::net
