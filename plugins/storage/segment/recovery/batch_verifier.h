// SPDX-License-Identifier: Apache-2.0
//
// Reads a segment's file from a position on and checks every byte of its batches: header, rising
// offsets, length, CRC. For recovery and for rebuilding indexes; blocks. One thread per verifier;
// the file must outlive it.
#pragma once

#include <optional>
#include <vector>

#include "batch.h"
#include "services.h"

namespace tenon::segment {

class BatchVerifier {
 public:
  struct Range {
    uint64_t position;
    uint64_t limit;
    int64_t base_offset;      // of the segment
    int64_t expected_offset;  // the next batch begins here or later
  };
  BatchVerifier(const Services& services, const File& file, Range range);

  // The next batch if it is valid; nullopt at the limit or where the next one is not, which is then
  // position(). An error only if the file cannot be read.
  Result<std::optional<PlacedBatch>> next();
  uint64_t position() const { return range_.position; }

  // True if a valid batch begins anywhere behind position().
  Result<bool> more_behind();

 private:
  Result<const uint8_t*> buffered(uint64_t position, size_t len);
  Result<std::optional<PlacedBatch>> valid_at(uint64_t position);
  Result<bool> crc_holds(const PlacedBatch& placed);

  const Services& services_;
  const File& file_;
  Range range_;
  std::vector<uint8_t> buffer_;
  uint64_t buffered_from_ = 0;
  size_t buffered_ = 0;
};

}  // namespace tenon::segment
