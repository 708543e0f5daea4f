// SPDX-License-Identifier: Apache-2.0

#include "header_scanner.h"

#include <algorithm>

namespace tenon::segment {

Result<std::optional<PlacedBatch>> HeaderScanner::next() {
  if (position_ >= limit_) return std::optional<PlacedBatch>();
  if (limit_ - position_ < kBatchHeaderBytes) return corrupt();
  const bool held =
      position_ >= buffered_from_ && position_ + kBatchHeaderBytes <= buffered_from_ + buffered_;
  if (!held) {
    if (Result<> filled = fill(); !filled) return filled.error();
  }
  const std::optional<Batch> batch = parse_batch(buffer_.data() + (position_ - buffered_from_));
  if (!batch || batch->bytes > limit_ - position_) return corrupt();
  const PlacedBatch placed{*batch, position_};
  position_ = placed.end();
  return std::optional(placed);
}

Result<> HeaderScanner::fill() {
  const size_t wanted = std::min<uint64_t>(buffer_.size(), limit_ - position_);
  Result<size_t> n = file_.read_at(position_, buffer_.data(), wanted);
  if (!n) return n.error();
  buffered_from_ = position_;
  buffered_ = *n;
  if (*n < kBatchHeaderBytes) return corrupt();
  return {};
}

Error HeaderScanner::corrupt() const {
  return Error(TN_E_CORRUPT, path_ + ": no record batch at position " + std::to_string(position_));
}

}  // namespace tenon::segment
