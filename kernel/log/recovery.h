// SPDX-License-Identifier: Apache-2.0
//
// What a log must know before it takes calls, put together from the blobs that it saved and the
// batches that came after them. The storage has recovered the bytes before; this reads headers
// only. Owner only.
//
// A blob that is damaged, or that speaks of offsets beyond the end (the bytes it spoke of were lost
// with a torn tail), is not trusted: the records are read instead.
#pragma once

#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/ids.h"
#include "log/state/epoch_cache.h"
#include "log/state/producer_state.h"
#include "plugin/storage.h"

namespace tenon::log {

inline constexpr std::string_view kProducerBlob = "producer-snapshot";
inline constexpr std::string_view kEpochBlob = "leader-epoch-checkpoint";
inline constexpr std::string_view kStartBlob = "log-start-offset";

struct LogMemory {
  Offset start{};
  Offset end{};
  EpochCache epochs = {};
  bool epochs_changed = false;  // the blob is not what `epochs` is
  ProducerState producers = {};
  // What is known of producers from before the log was cut, for what the records no longer tell.
  ProducerState older = {};
  // Where the saved producer state ends; none if there is none, or it may never be trusted again
  // and must be replaced before the log grows.
  std::optional<Offset> saved_until = std::nullopt;
  bool must_save_producers = false;
};

// Recalls everything for a log of which the storage holds [state.start_offset, state.end_offset).
Result<LogMemory> recall(plugin::StorageLog& storage, const plugin::LogState& state,
                         int64_t now_ms);

// The producer state at `end`, after a truncation, helped by `older`. Fills producers, saved_until,
// must_save_producers.
Result<> recall_producers(plugin::StorageLog& storage, int64_t now_ms, LogMemory& memory);

// The blob of a log start that lies within a segment.
Bytes encode_start(Offset start);

}  // namespace tenon::log
