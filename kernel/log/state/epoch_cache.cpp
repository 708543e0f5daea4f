// SPDX-License-Identifier: Apache-2.0

#include "log/state/epoch_cache.h"

#include <algorithm>

#include "log/state/blob.h"

namespace tenon::log {
namespace {

constexpr int16_t kVersion = 1;
constexpr size_t kEntryBytes = 12;

}  // namespace

bool EpochCache::assign(LeaderEpoch epoch, Offset start) {
  if (epoch.value < 0 || epoch <= latest()) return false;
  truncate_from_end(start);
  entries_.push_back({epoch, start});
  return true;
}

bool EpochCache::truncate_from_end(Offset end) {
  return std::erase_if(entries_, [end](const Entry& entry) { return entry.start >= end; }) > 0;
}

bool EpochCache::truncate_from_start(Offset start) {
  const auto after = std::ranges::upper_bound(entries_, start, {}, &Entry::start);
  if (after == entries_.begin()) return false;
  const auto holder = after - 1;
  const bool changed = holder->start != start || holder != entries_.begin();
  holder->start = start;
  entries_.erase(entries_.begin(), holder);
  return changed;
}

LeaderEpoch EpochCache::latest() const {
  return entries_.empty() ? kNoLeaderEpoch : entries_.back().epoch;
}

LeaderEpoch EpochCache::epoch_of(Offset offset) const {
  const auto after = std::ranges::upper_bound(entries_, offset, {}, &Entry::start);
  return after == entries_.begin() ? kNoLeaderEpoch : (after - 1)->epoch;
}

std::pair<LeaderEpoch, Offset> EpochCache::end_offset_for(LeaderEpoch epoch, Offset log_end) const {
  constexpr std::pair kUnknown{kNoLeaderEpoch, kNoOffset};
  if (epoch.value < 0 || entries_.empty()) return kUnknown;
  if (epoch == latest()) return {epoch, log_end};
  const auto newer = std::ranges::upper_bound(entries_, epoch, {}, &Entry::epoch);
  if (newer == entries_.end()) return kUnknown;
  // Older than all that is known: whatever the asker wrote in it ends where the log begins to know.
  if (newer == entries_.begin()) return {epoch, newer->start};
  return {(newer - 1)->epoch, newer->start};
}

Bytes EpochCache::encode() const {
  BlobWriter writer(kVersion);
  writer.put(static_cast<int32_t>(entries_.size()));
  for (const Entry& entry : entries_) writer.put(entry.epoch.value).put(entry.start.value);
  return writer.finish();
}

Result<EpochCache> EpochCache::decode(ByteView blob, std::string_view name) {
  auto reader = BlobReader::open(blob, kVersion, name);
  if (!reader) return forward(reader);
  const auto count = reader->take<int32_t>();
  if (count < 0 || static_cast<size_t>(count) * kEntryBytes != reader->left()) {
    return fail(Errc::kCorruptData, name, "the blob does not hold the epochs that it announces");
  }
  EpochCache cache;
  cache.entries_.reserve(static_cast<size_t>(count));
  for (int32_t i = 0; i < count; ++i) {
    const LeaderEpoch epoch{reader->take<int32_t>()};
    const Offset start{reader->take<int64_t>()};
    const bool rises = cache.entries_.empty() || start > cache.entries_.back().start;
    if (!rises || !cache.assign(epoch, start)) {
      return fail(Errc::kCorruptData, name, "the epochs of the blob do not rise");
    }
  }
  return cache;
}

}  // namespace tenon::log
