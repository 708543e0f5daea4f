// SPDX-License-Identifier: Apache-2.0
//
// Finds records by time: the storage names the batch, this finds the record in it, decompressing at
// most that batch. A compressed batch that cannot be looked into (its codec is not loaded, it would
// be too large, or a producer has sent rubbish under a good CRC) is answered with its first offset:
// a reader who starts there misses nothing. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/ids.h"
#include "plugin/codec.h"
#include "plugin/storage.h"

namespace tenon::log {

struct TimestampOffset {
  int64_t timestamp_ms = -1;
  Offset offset{};
  LeaderEpoch epoch = kNoLeaderEpoch;  // of the batch
};

// The batches of a log that could not be decompressed, so that not every request tries again.
class UnreadableBatches {
 public:
  bool contains(Offset base_offset) const { return base_offsets_.contains(base_offset); }
  // Forgets the others when they have become too many: they are then tried once more.
  void add(Offset base_offset);
  // Other batches may have these offsets from now on.
  void clear() { base_offsets_.clear(); }

 private:
  std::set<Offset> base_offsets_;
};

// How batches are looked into.
struct BatchAccess {
  const plugin::Codecs* codecs = nullptr;   // null = no compressed batch can be
  UnreadableBatches* unreadable = nullptr;  // never null
  size_t decompressed_bytes_max = 0;
};

class TimeSearch {
 public:
  // Looks at the records in [start, end).
  TimeSearch(plugin::StorageLog& storage, const BatchAccess& access, Offset start, Offset end)
      : storage_(storage), access_(access), start_(start), end_(end) {}

  // The first record whose timestamp is >= timestamp_ms.
  Result<std::optional<TimestampOffset>> first_at(int64_t timestamp_ms);
  // The first record with the largest timestamp.
  Result<std::optional<TimestampOffset>> latest();

 private:
  Result<int64_t> max_timestamp_of(const tn_segment& segment);

  plugin::StorageLog& storage_;
  BatchAccess access_;
  Offset start_;
  Offset end_;
};

}  // namespace tenon::log
