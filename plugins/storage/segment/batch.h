// SPDX-License-Identifier: Apache-2.0
//
// The few fields of a record batch (magic 2) that its storage has to know, all big-endian:
//
//   batch := base_offset:i64 length:i32 leader_epoch:i32 magic:i8 crc:u32
//            attributes:i16 last_offset_delta:i32 base_timestamp:i64 max_timestamp:i64
//            producer_id:i64 producer_epoch:i16 base_sequence:i32 count:i32 records
//
// `length` counts what follows it; the CRC-32C covers everything from `attributes` on.
// Pure functions, any thread. Source: Kafka's documentation, "Message Format".
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace tenon::segment {

inline constexpr size_t kBatchHeaderBytes = 61;
inline constexpr size_t kBatchCrcStart = 21;  // the first byte that the CRC covers

struct Batch {
  int64_t base_offset = 0;
  int64_t last_offset = 0;
  int64_t max_timestamp_ms = -1;
  uint64_t bytes = 0;  // the whole batch, header included
  uint32_t crc = 0;
};

// Big-endian integers of any width.
template <class Int>
Int load_be(const uint8_t* from) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(Int); i++) value = value << 8 | from[i];
  return static_cast<Int>(value);
}

template <class Int>
void store_be(uint8_t* to, Int value) {
  auto bits = static_cast<uint64_t>(value);
  for (size_t i = sizeof(Int); i-- > 0; bits >>= 8) to[i] = static_cast<uint8_t>(bits);
}

// What kBatchHeaderBytes bytes at `header` say; nullopt if no batch can begin so. The CRC is not
// checked.
inline std::optional<Batch> parse_batch(const uint8_t* header) {
  constexpr int32_t kLengthMin = static_cast<int32_t>(kBatchHeaderBytes) - 12;
  const auto base_offset = load_be<int64_t>(header);
  const auto length = load_be<int32_t>(header + 8);
  const auto last_offset_delta = load_be<int32_t>(header + 23);
  const auto count = load_be<int32_t>(header + 57);
  if (header[16] != 2 || length < kLengthMin || count < 0) return std::nullopt;
  if (last_offset_delta < 0 || base_offset < 0) return std::nullopt;
  if (base_offset > std::numeric_limits<int64_t>::max() - last_offset_delta - 1)
    return std::nullopt;
  return Batch{base_offset, base_offset + last_offset_delta, load_be<int64_t>(header + 35),
               static_cast<uint64_t>(length) + 12, load_be<uint32_t>(header + 17)};
}

// A batch and where it lies in its segment's file.
struct PlacedBatch {
  Batch batch;
  uint64_t position = 0;
  uint64_t end() const { return position + batch.bytes; }
};

}  // namespace tenon::segment
