// SPDX-License-Identifier: Apache-2.0

#include "net/connection/reply_cursor.h"

#include <limits>

#include "base/assert.h"

namespace tenon::net {

FramedReply::FramedReply(OutputChain&& reply) : chain(std::move(reply)) {
  const uint64_t size = chain.size();
  TN_ASSERT(size <= static_cast<uint64_t>(std::numeric_limits<int32_t>::max()));
  store_be<int32_t>(length.data(), static_cast<int32_t>(size));
}

Slice ReplyCursor::piece(const FramedReply& reply) const {
  const OutputChain& chain = reply.chain;
  Slice slice;
  switch (in_) {
    case In::kLength:
      slice = {-1, 0, reply.length.size(), reply.length.data()};
      break;
    case In::kBytes: {
      const size_t begin = splice_ == 0 ? 0 : chain.splices[splice_ - 1].at;
      const size_t end =
          splice_ == chain.splices.size() ? chain.bytes.size() : chain.splices[splice_].at;
      slice = {-1, 0, end - begin, chain.bytes.data() + begin};
      break;
    }
    case In::kPayload:
      slice = chain.splices[splice_].payload.slices[slice_];
      break;
  }
  slice.length -= done_;
  if (slice.fd >= 0) {
    slice.offset += done_;
  } else {
    slice.data += done_;
  }
  return slice;
}

bool ReplyCursor::next(const FramedReply& reply) {
  const auto& splices = reply.chain.splices;
  done_ = 0;
  switch (in_) {
    case In::kLength:
      in_ = In::kBytes;
      return true;
    case In::kBytes:
      if (splice_ == splices.size()) return false;
      in_ = In::kPayload;
      slice_ = 0;
      break;
    case In::kPayload:
      ++slice_;
      break;
  }
  if (slice_ == splices[splice_].payload.slices.size()) {
    in_ = In::kBytes;
    ++splice_;
  }
  return true;
}

}  // namespace tenon::net
