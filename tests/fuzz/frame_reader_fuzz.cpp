// SPDX-License-Identifier: Apache-2.0
//
// Whatever a stranger sends, in whatever pieces: the frames are those that the lengths say, and the
// first bad length ends it. The first input byte chooses the limit, the second the pieces.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "wire/frame.h"

namespace {

using namespace tenon;

void require(bool holds) {
  if (!holds) std::abort();
}

// The frames of a whole stream, cut in the simplest way. A bad length ends it.
std::vector<ByteView> cut(ByteView stream, size_t limit) {
  std::vector<ByteView> frames;
  while (stream.size() >= 4) {
    const auto length = load_be<int32_t>(stream.data());
    if (length < 0 || static_cast<size_t>(length) > limit) break;
    if (stream.size() < 4 + static_cast<size_t>(length)) break;
    frames.push_back(stream.subspan(4, static_cast<size_t>(length)));
    stream = stream.subspan(4 + static_cast<size_t>(length));
  }
  return frames;
}

// Receives all that the reader wants of the stream, in pieces of `step` bytes.
std::vector<wire::Frame> receive(ByteView stream, size_t limit, size_t step) {
  wire::FrameReader reader(limit);
  std::vector<wire::Frame> frames;
  while (!stream.empty()) {
    const MutableBytes room = reader.prepare();
    require(!room.empty() && room.size() <= std::max(limit + 4, wire::FrameReader::kReadAhead));
    const size_t count = std::min({room.size(), step, stream.size()});
    std::ranges::copy(stream.first(count), room.begin());
    stream = stream.subspan(count);
    reader.commit(count);
    for (;;) {
      auto frame = reader.next();
      if (!frame) return frames;
      if (!*frame) break;
      frames.push_back(std::move(**frame));
    }
  }
  return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const size_t limit = (data[0] & 1) != 0 ? 64 : 64 * 1024;
  const size_t step = 1 + size_t{data[1]} * 16;
  const ByteView stream(data + 2, size - 2);
  const auto expected = cut(stream, limit);
  const auto frames = receive(stream, limit, step);
  require(frames.size() == expected.size());
  for (size_t i = 0; i < frames.size(); ++i) {
    require(std::ranges::equal(frames[i].body, expected[i]));
  }
  return 0;
}
