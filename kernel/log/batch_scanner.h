// SPDX-License-Identifier: Apache-2.0
//
// Goes over the batches of a log from an offset on, in memory, a chunk at a time. For recovery and
// for looking up times, never on the produce or fetch path: it copies. One thread; the log may be
// appended to meanwhile, not truncated.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "plugin/storage.h"
#include "record/batch.h"

namespace tenon::log {

class BatchScanner {
 public:
  // Begins with the batch that holds `from`, ends before the first batch whose base offset is >=
  // `end`.
  BatchScanner(plugin::StorageLog& storage, Offset from, Offset end)
      : storage_(storage), next_(from), end_(end) {}

  // The next batch, valid until the next call; nullopt at the end. kCorruptData if the storage
  // answers with bytes that are no batch.
  Result<std::optional<record::BatchView>> next();

 private:
  Result<> read_chunk();

  plugin::StorageLog& storage_;
  Offset next_;  // where the next chunk begins
  Offset end_;
  uint64_t chunk_bytes_ = 1;  // one batch at first, for who needs no more
  Bytes chunk_;
  size_t at_ = 0;
};

}  // namespace tenon::log
