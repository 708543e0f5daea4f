// SPDX-License-Identifier: Apache-2.0
//
// The time index of one segment, `<base>.timeindex`: how the largest timestamp grew.
//
//   index := entry*     entry := timestamp:i64 relative_offset:i32     big-endian, both rising
//
// An entry says that no batch up to the one whose last offset is base + relative_offset has a
// greater max timestamp, and that this one has it, as Kafka writes it. The last place of a full
// index is kept for the entry that a segment gets when it is closed. Threads: as IndexFile.
#pragma once

#include <optional>

#include "batch.h"
#include "index/index_file.h"

namespace tenon::segment {

struct TimeEntry {
  int64_t timestamp_ms = -1;
  int64_t offset = 0;  // the last offset of the batch that has it
};

class TimeIndex {
 public:
  static constexpr size_t kEntryBytes = 12;
  using Found = Result<std::optional<TimeEntry>>;

  TimeIndex(const Fs& fs, std::string path, int64_t base_offset, int64_t bytes_max)
      : base_offset_(base_offset),
        file_(fs, std::move(path), kEntryBytes, static_cast<size_t>(bytes_max) / kEntryBytes) {}

  bool is_full() const { return file_.size() + 1 >= file_.entries_max(); }
  // Adds the entry if its timestamp is later than that of the last one. [owner]
  void append_if_later(const TimeEntry& entry);
  // The last entry whose timestamp is <= timestamp_ms.
  Found last_at_or_before(int64_t timestamp_ms) const;
  // The last entry whose offset is <= `offset`.
  Found last_at_or_below(int64_t offset) const;
  Found last() const;
  // Keeps the entries of batches whose last offset is < `offset`. [owner; nobody else uses it]
  Result<> truncate(int64_t offset);
  // Reads the last entry, to know what comes later. After adopting entries of the file. [owner]
  Result<> load_last();
  IndexFile& file() { return file_; }
  const IndexFile& file() const { return file_; }

 private:
  TimeEntry decode(const uint8_t* bytes) const;

  const int64_t base_offset_;
  int64_t last_timestamp_ms_ = -1;  // owner only
  IndexFile file_;
};

}  // namespace tenon::segment
