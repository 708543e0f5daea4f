// SPDX-License-Identifier: Apache-2.0
//
// Finds records by time: the storage names the batch, this finds the record in it, decompressing at
// most that batch. A compressed batch that cannot be looked into (its codec is not loaded, or a
// producer has sent rubbish under a good CRC) is answered with its first offset: a reader who
// starts there misses nothing. One thread.
#pragma once

#include <cstdint>
#include <optional>

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

class TimeSearch {
 public:
  // Looks at the records in [start, end). `codecs` may be null.
  TimeSearch(plugin::StorageLog& storage, const plugin::Codecs* codecs, Offset start, Offset end)
      : storage_(storage), codecs_(codecs), start_(start), end_(end) {}

  // The first record whose timestamp is >= timestamp_ms.
  Result<std::optional<TimestampOffset>> first_at(int64_t timestamp_ms);
  // The first record with the largest timestamp.
  Result<std::optional<TimestampOffset>> latest();

 private:
  Result<int64_t> max_timestamp_of(const tn_segment& segment);

  plugin::StorageLog& storage_;
  const plugin::Codecs* codecs_;
  Offset start_;
  Offset end_;
};

}  // namespace tenon::log
