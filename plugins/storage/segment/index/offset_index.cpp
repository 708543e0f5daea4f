// SPDX-License-Identifier: Apache-2.0

#include "index/offset_index.h"

namespace tenon::segment {

OffsetEntry OffsetIndex::decode(const uint8_t* bytes) const {
  return {base_offset_ + load_be<int32_t>(bytes), load_be<uint32_t>(bytes + 4)};
}

void OffsetIndex::append(const OffsetEntry& entry) {
  uint8_t bytes[kEntryBytes];
  store_be(bytes, static_cast<int32_t>(entry.offset - base_offset_));
  store_be(bytes + 4, static_cast<int32_t>(entry.position));
  file_.append(bytes);
}

OffsetIndex::Found OffsetIndex::last_at_or_below(int64_t offset) const {
  uint8_t bytes[kEntryBytes];
  Result<size_t> n =
      file_.find_last([&](const uint8_t* entry) { return decode(entry).offset <= offset; }, bytes);
  if (!n) return n.error();
  return *n == 0 ? std::nullopt : std::optional(decode(bytes));
}

OffsetIndex::Found OffsetIndex::last_before(uint64_t position) const {
  uint8_t bytes[kEntryBytes];
  Result<size_t> n = file_.find_last(
      [&](const uint8_t* entry) { return decode(entry).position < position; }, bytes);
  if (!n) return n.error();
  return *n == 0 ? std::nullopt : std::optional(decode(bytes));
}

OffsetIndex::Found OffsetIndex::last() const {
  uint8_t bytes[kEntryBytes];
  Result<size_t> n = file_.find_last([](const uint8_t*) { return true; }, bytes);
  if (!n) return n.error();
  return *n == 0 ? std::nullopt : std::optional(decode(bytes));
}

Result<> OffsetIndex::truncate(uint64_t position) {
  uint8_t bytes[kEntryBytes];
  Result<size_t> n = file_.find_last(
      [&](const uint8_t* entry) { return decode(entry).position < position; }, bytes);
  if (!n) return n.error();
  return file_.truncate(*n);
}

}  // namespace tenon::segment
