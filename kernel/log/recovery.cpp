// SPDX-License-Identifier: Apache-2.0

#include "log/recovery.h"

#include <algorithm>
#include <string>

#include "base/log.h"
#include "log/batch_scanner.h"
#include "log/state/blob.h"

namespace tenon::log {
namespace {

constexpr int16_t kStartVersion = 1;

void report_damage(const plugin::StorageLog& storage, std::string_view blob, const Error& error) {
  log_warn("{}: {} is not used: {}", storage.name(), blob, error.detail);
}

Result<Offset> recall_start(plugin::StorageLog& storage, Offset stored) {
  auto blob = storage.get_blob(std::string(kStartBlob));
  if (!blob) return forward(blob);
  if (!*blob) return stored;
  auto reader = BlobReader::open(**blob, kStartVersion, storage.name());
  const Offset start{reader ? reader->take<int64_t>() : 0};
  if (reader && reader->complete()) return std::max(start, stored);
  report_damage(storage, kStartBlob,
                reader ? Error{Errc::kCorruptData, "", "it has the wrong size"} : reader.error());
  return stored;
}

// False if the epochs have to be read from the records.
Result<bool> recall_epochs(plugin::StorageLog& storage, LogMemory& memory) {
  auto blob = storage.get_blob(std::string(kEpochBlob));
  if (!blob) return forward(blob);
  if (!*blob) return false;
  auto epochs = EpochCache::decode(**blob, storage.name());
  if (!epochs) {
    report_damage(storage, kEpochBlob, epochs.error());
    return false;
  }
  memory.epochs = std::move(*epochs);
  memory.epochs_changed |= memory.epochs.truncate_from_end(memory.end);
  memory.epochs_changed |= memory.epochs.truncate_from_start(memory.start);
  return true;
}

// Loads the snapshot if it can be trusted.
Result<> recall_snapshot(plugin::StorageLog& storage, LogMemory& memory) {
  memory.producers = {};
  memory.saved_until = std::nullopt;
  memory.must_save_producers = false;
  auto blob = storage.get_blob(std::string(kProducerBlob));
  if (!blob) return forward(blob);
  if (!*blob) return {};
  auto snapshot = ProducerState::decode(**blob, storage.name());
  if (!snapshot) {
    report_damage(storage, kProducerBlob, snapshot.error());
    memory.must_save_producers = true;
    return {};
  }
  if (snapshot->end > memory.end) {
    // It knows of batches that are lost. Left there, it would look right again once the log has
    // grown; but it may know of deleted records, which the log no longer does.
    memory.must_save_producers = true;
    if (memory.older.size() == 0) memory.older = std::move(snapshot->state);
    return {};
  }
  memory.producers = std::move(snapshot->state);
  memory.saved_until = snapshot->end;
  return {};
}

struct Replay {
  Offset from{};
  bool epochs = false;
};

Result<> replay_batches(plugin::StorageLog& storage, int64_t now_ms, const Replay& replay,
                        LogMemory& memory) {
  const Offset known = memory.saved_until.value_or(memory.start);
  BatchScanner scanner(storage, replay.from, memory.end);
  while (true) {
    auto batch = scanner.next();
    if (!batch) return forward(batch);
    if (!*batch) break;
    if (replay.epochs) {
      memory.epochs_changed |=
          memory.epochs.assign((*batch)->leader_epoch(), (*batch)->base_offset());
    }
    if ((*batch)->last_offset() >= known) memory.producers.observe(**batch, now_ms);
  }
  memory.older.forget_from(memory.end);
  memory.producers.adopt_older(memory.older);
  return {};
}

}  // namespace

Bytes encode_start(Offset start) {
  return BlobWriter(kStartVersion).put(start.value).finish();
}

Result<> recall_producers(plugin::StorageLog& storage, int64_t now_ms, LogMemory& memory) {
  if (auto loaded = recall_snapshot(storage, memory); !loaded) return loaded;
  const Offset from = std::max(memory.saved_until.value_or(memory.start), memory.start);
  return replay_batches(storage, now_ms, {.from = from, .epochs = false}, memory);
}

Result<LogMemory> recall(plugin::StorageLog& storage, const plugin::LogState& state,
                         int64_t now_ms) {
  LogMemory memory;
  auto start = recall_start(storage, state.start_offset);
  if (!start) return forward(start);
  memory.start = *start;
  // A log that has lost everything behind its start goes on there: offsets are never given twice.
  memory.end = std::max(state.end_offset, memory.start);
  auto epochs_known = recall_epochs(storage, memory);
  if (!epochs_known) return forward(epochs_known);
  if (auto loaded = recall_snapshot(storage, memory); !loaded) return forward(loaded);

  Offset from = std::max(memory.saved_until.value_or(memory.start), memory.start);
  if (!*epochs_known) from = memory.start;
  auto replayed = replay_batches(storage, now_ms, {.from = from, .epochs = true}, memory);
  if (!replayed) return forward(replayed);
  memory.epochs_changed |= memory.epochs.truncate_from_start(memory.start);
  return memory;
}

}  // namespace tenon::log
