// SPDX-License-Identifier: Apache-2.0

#include "index/time_index.h"

namespace tenon::segment {

TimeEntry TimeIndex::decode(const uint8_t* bytes) const {
  return {load_be<int64_t>(bytes), base_offset_ + load_be<int32_t>(bytes + 8)};
}

void TimeIndex::append_if_later(const TimeEntry& entry) {
  if (entry.timestamp_ms <= last_timestamp_ms_) return;
  uint8_t bytes[kEntryBytes];
  store_be(bytes, entry.timestamp_ms);
  store_be(bytes + 8, static_cast<int32_t>(entry.offset - base_offset_));
  file_.append(bytes);
  last_timestamp_ms_ = entry.timestamp_ms;
}

TimeIndex::Found TimeIndex::last_at_or_before(int64_t timestamp_ms) const {
  uint8_t bytes[kEntryBytes];
  Result<size_t> n = file_.find_last(
      [&](const uint8_t* entry) { return load_be<int64_t>(entry) <= timestamp_ms; }, bytes);
  if (!n) return n.error();
  return *n == 0 ? std::nullopt : std::optional(decode(bytes));
}

TimeIndex::Found TimeIndex::last_at_or_below(int64_t offset) const {
  uint8_t bytes[kEntryBytes];
  Result<size_t> n =
      file_.find_last([&](const uint8_t* entry) { return decode(entry).offset <= offset; }, bytes);
  if (!n) return n.error();
  return *n == 0 ? std::nullopt : std::optional(decode(bytes));
}

TimeIndex::Found TimeIndex::last() const {
  uint8_t bytes[kEntryBytes];
  Result<size_t> n = file_.find_last([](const uint8_t*) { return true; }, bytes);
  if (!n) return n.error();
  return *n == 0 ? std::nullopt : std::optional(decode(bytes));
}

Result<> TimeIndex::truncate(int64_t offset) {
  uint8_t bytes[kEntryBytes];
  Result<size_t> n =
      file_.find_last([&](const uint8_t* entry) { return decode(entry).offset < offset; }, bytes);
  if (!n) return n.error();
  if (Result<> cut = file_.truncate(*n); !cut) return cut;
  last_timestamp_ms_ = *n == 0 ? -1 : decode(bytes).timestamp_ms;
  return {};
}

Result<> TimeIndex::load_last() {
  Found found = last();
  if (!found) return found.error();
  last_timestamp_ms_ = *found ? (*found)->timestamp_ms : -1;
  return {};
}

}  // namespace tenon::segment
