// SPDX-License-Identifier: Apache-2.0
//
// Whatever a stranger sends, in whatever pieces: the frames are those that the lengths say, the
// first bad length ends it, and no more is received than was asked for. The first input byte
// chooses the limit and whether frames are kept while later ones come, the second the pieces.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "net/connection/frame_intake.h"

namespace {

using namespace tenon;
using Step = net::FrameIntake::Step;

void require(bool holds) {
  if (!holds) std::abort();
}

// A whole stream, cut in the simplest way. A bad length ends it.
struct Cut {
  std::vector<ByteView> frames;
  bool bad = false;
  bool torn = false;  // bytes are left that are no whole frame
};

Cut cut(ByteView stream, size_t limit) {
  Cut all;
  while (stream.size() >= 4) {
    const auto length = load_be<int32_t>(stream.data());
    all.bad = length <= 0 || static_cast<size_t>(length) > limit;
    if (all.bad || stream.size() < 4 + static_cast<size_t>(length)) break;
    all.frames.push_back(stream.subspan(4, static_cast<size_t>(length)));
    stream = stream.subspan(4 + static_cast<size_t>(length));
  }
  all.torn = !stream.empty();
  return all;
}

// Plays the connection, and holds what it gets against what it must be.
class Receiver {
 public:
  Receiver(ByteView stream, uint32_t limit, size_t step, bool keep)
      : stream_(stream),
        limit_(limit),
        step_(step),
        keep_(keep),
        expected_(cut(stream, limit)),
        intake_(pool_, limit) {}

  void run() {
    for (;;) {
      switch (intake_.step()) {
        case Step::kReceive:
          if (stream_.empty()) return end(false);
          receive();
          break;
        case Step::kCharge:
          require(intake_.length() > 0 && static_cast<uint32_t>(intake_.length()) <= limit_);
          intake_.charged();
          break;
        case Step::kFrame:
          take();
          break;
        case Step::kBad:
          return end(true);
      }
    }
  }

 private:
  void receive() {
    if (stream_.size() % 5 == 0) intake_.rest();
    const MutableBytes room = intake_.room();
    require(!room.empty() && room.size() <= std::max<size_t>(limit_, net::BufferPool::kSlabBytes));
    const size_t count = std::min({room.size(), step_, stream_.size()});
    std::ranges::copy(stream_.first(count), room.begin());
    stream_ = stream_.subspan(count);
    intake_.received(count);
  }
  void take() {
    frames_.push_back(intake_.take());
    check(taken_++, frames_.back());
    if (!keep_) frames_.clear();
  }
  void check(size_t place, const net::Frame& frame) const {
    require(place < expected_.frames.size());
    require(std::ranges::equal(frame.body, expected_.frames[place]));
  }
  void end(bool bad) const {
    require(bad == expected_.bad && taken_ == expected_.frames.size());
    require(bad || intake_.amid_frame() == expected_.torn);
    // Later frames have not touched the memory of earlier ones.
    for (size_t i = 0; i < frames_.size(); ++i) check(i, frames_[i]);
    if (bad) require(!intake_.refusal().empty());
  }

  ByteView stream_;
  uint32_t limit_;
  size_t step_;
  bool keep_;
  Cut expected_;
  net::BufferPool pool_;
  net::FrameIntake intake_;
  size_t taken_ = 0;
  std::vector<net::Frame> frames_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const uint32_t limit = (data[0] & 1) != 0 ? 64 : 64 * 1024;
  const bool keep = (data[0] & 2) != 0;
  Receiver(ByteView(data + 2, size - 2), limit, 1 + size_t{data[1]} * 16, keep).run();
  return 0;
}
