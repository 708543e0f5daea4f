// SPDX-License-Identifier: Apache-2.0
//
// Walks the batch headers of a segment's file, one after the other, a few kilobytes at a time. The
// batches' bodies are not looked at. One thread per scanner; the file must outlive it.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "batch.h"
#include "tenon/host.hpp"

namespace tenon::segment {

class HeaderScanner {
 public:
  // Walks the batches in [position, limit); `path` is for messages.
  HeaderScanner(const File& file, const std::string& path, uint64_t position, uint64_t limit)
      : file_(file), path_(path), position_(position), limit_(limit) {}

  // The next batch; nullopt at the limit; TN_E_CORRUPT, naming file and position, where no batch
  // begins or one would reach beyond the limit.
  Result<std::optional<PlacedBatch>> next();

 private:
  Result<> fill();
  Error corrupt() const;

  const File& file_;
  const std::string& path_;
  uint64_t position_;
  const uint64_t limit_;
  uint64_t buffered_from_ = 0;
  size_t buffered_ = 0;
  std::array<uint8_t, 4096> buffer_;
};

}  // namespace tenon::segment
