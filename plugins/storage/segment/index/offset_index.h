// SPDX-License-Identifier: Apache-2.0
//
// The offset index of one segment, `<base>.index`: where in the file some of its batches begin.
//
//   index := entry*     entry := relative_offset:i32 position:i32      big-endian, both rising
//
// An entry holds the last offset of a batch, relative to the segment's base, and the position at
// which that batch begins, as Kafka writes it. Threads: as IndexFile.
#pragma once

#include <optional>

#include "batch.h"
#include "index/index_file.h"

namespace tenon::segment {

struct OffsetEntry {
  int64_t offset = 0;     // the last offset of the batch
  uint64_t position = 0;  // where it begins
};

class OffsetIndex {
 public:
  static constexpr size_t kEntryBytes = 8;
  using Found = Result<std::optional<OffsetEntry>>;

  OffsetIndex(const Fs& fs, std::string path, int64_t base_offset, int64_t bytes_max)
      : base_offset_(base_offset),
        file_(fs, std::move(path), kEntryBytes, static_cast<size_t>(bytes_max) / kEntryBytes) {}

  bool is_full() const { return file_.size() >= file_.entries_max(); }
  void append(const OffsetEntry& entry);  // [owner]
  // The last entry whose offset is <= `offset`.
  Found last_at_or_below(int64_t offset) const;
  // The last entry whose batch begins before `position`.
  Found last_before(uint64_t position) const;
  Found last() const;
  // Keeps the entries of batches that begin before `position`. [owner; nobody else uses the index]
  Result<> truncate(uint64_t position);
  IndexFile& file() { return file_; }
  const IndexFile& file() const { return file_; }

 private:
  OffsetEntry decode(const uint8_t* bytes) const;

  const int64_t base_offset_;
  IndexFile file_;
};

}  // namespace tenon::segment
