// SPDX-License-Identifier: Apache-2.0
//
// Where the last batches of the active segment lie, so that readers at the log's end need no look
// at indexes and headers. Guarded by the log's mutex. Takes memory only once something is appended.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "segment.h"

namespace tenon::segment {

class RecentBatches {
 public:
  void add(const PlacedBatch& placed) {
    if (!ring_) ring_ = std::make_unique<Ring>();
    (*ring_)[added_++ % kSize] = placed;
  }
  void clear() { added_ = 0; }

  // The first batch of the segment that matches, where that is known; nullopt = look in the file.
  // Offsets only.
  std::optional<PlacedBatch> find(Sought sought) const {
    const size_t held = added_ < kSize ? added_ : kSize;
    if (held == 0 || at(added_ - held).batch.base_offset > sought.at_least) return std::nullopt;
    for (size_t i = added_ - held; i < added_; i++)
      if (sought.matches(at(i).batch)) return at(i);
    return std::nullopt;
  }

 private:
  static constexpr size_t kSize = 32;
  using Ring = std::array<PlacedBatch, kSize>;

  const PlacedBatch& at(size_t i) const { return (*ring_)[i % kSize]; }

  std::unique_ptr<Ring> ring_;
  size_t added_ = 0;
};

}  // namespace tenon::segment
