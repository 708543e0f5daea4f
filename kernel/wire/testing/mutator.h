// SPDX-License-Identifier: Apache-2.0
//
// Damages bytes the way that breaks decoders: flipped bits, lengths made negative or huge, pieces
// cut out, repeated or swapped. The same damage for the same seed. For tests only.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/random.h"

namespace tenon::wire {

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  // One to four injuries.
  Bytes mutate(Bytes bytes) {
    for (uint64_t left = 1 + random_.below(4); left > 0; --left) injure(bytes);
    return bytes;
  }

 private:
  void injure(Bytes& bytes) {
    if (bytes.empty()) return bytes.push_back(static_cast<uint8_t>(random_.next()));
    const size_t at = random_.below(bytes.size());
    switch (random_.below(6)) {
      case 0:
        bytes[at] ^= static_cast<uint8_t>(1u << random_.below(8));
        return;
      case 1:
        bytes[at] = kTelling[random_.below(kTelling.size())];
        return;
      case 2:
        return overwrite_length(bytes, at);
      case 3:
        bytes.resize(at);
        return;
      case 4:
        bytes.erase(bytes.begin() + static_cast<ptrdiff_t>(at));
        return;
      default:
        return repeat(bytes, at);
    }
  }

  // Four bytes that a count or a length may be read from.
  void overwrite_length(Bytes& bytes, size_t at) {
    const std::array<int32_t, 5> lengths{-1, -2, INT32_MAX, INT32_MIN,
                                         static_cast<int32_t>(random_.below(70000))};
    if (at + sizeof(int32_t) <= bytes.size()) {
      store_be(bytes.data() + at, lengths[random_.below(lengths.size())]);
    }
  }

  void repeat(Bytes& bytes, size_t at) {
    const size_t count = std::min<size_t>(bytes.size() - at, 1 + random_.below(16));
    const Bytes piece(bytes.begin() + static_cast<ptrdiff_t>(at),
                      bytes.begin() + static_cast<ptrdiff_t>(at + count));
    bytes.insert(bytes.begin() + static_cast<ptrdiff_t>(at), piece.begin(), piece.end());
  }

  static constexpr std::array<uint8_t, 6> kTelling{0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff};
  SeededRandom random_;
};

}  // namespace tenon::wire
