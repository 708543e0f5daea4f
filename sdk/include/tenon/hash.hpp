// SPDX-License-Identifier: Apache-2.0
//
// The hashes by which Kafka's clients choose partitions, for partitioners that must agree with
// them. Pure functions; any thread.
#pragma once

#include <array>
#include <cstdint>

#include "result.hpp"

namespace tenon {
inline namespace sdk {

// MurmurHash2 (Austin Appleby, public domain), 32 bits, with the seed that Kafka's Java client
// fixed. murmur2("21") == -973932308 as a signed number.
inline uint32_t murmur2(ByteView data) {
  constexpr uint32_t kSeed = 0x9747b28c;
  constexpr uint32_t kMultiplier = 0x5bd1e995;
  constexpr int kShift = 24;
  uint32_t hash = kSeed ^ static_cast<uint32_t>(data.size());
  const size_t words = data.size() / 4;
  for (size_t i = 0; i < words; i++) {
    const uint8_t* p = data.data() + 4 * i;
    uint32_t k = uint32_t{p[0]} | uint32_t{p[1]} << 8 | uint32_t{p[2]} << 16 | uint32_t{p[3]} << 24;
    k *= kMultiplier;
    k ^= k >> kShift;
    k *= kMultiplier;
    hash = hash * kMultiplier ^ k;
  }
  const size_t tail = data.size() % 4;
  if (tail > 0) {
    for (size_t i = 0; i < tail; i++) hash ^= uint32_t{data[4 * words + i]} << 8 * i;
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return hash;
}

namespace detail {
constexpr std::array<uint32_t, 256> make_crc32_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ ((crc & 1u) != 0 ? 0xedb88320u : 0u);
    table[i] = crc;
  }
  return table;
}
inline constexpr std::array<uint32_t, 256> kCrc32Table = make_crc32_table();
}  // namespace detail

// CRC-32 as in zlib and ISO 3309. crc32("123456789") == 0xcbf43926.
inline uint32_t crc32(ByteView data) {
  uint32_t crc = ~0u;
  for (const uint8_t byte : data) crc = crc >> 8 ^ detail::kCrc32Table[(crc ^ byte) & 0xffu];
  return ~crc;
}

// The partition that Kafka's Java client gives a key: the hash made positive by dropping its sign
// bit, modulo the number of partitions.
inline int32_t murmur2_partition(ByteView key, int32_t n_partitions) {
  return static_cast<int32_t>((murmur2(key) & 0x7fffffffu) % static_cast<uint32_t>(n_partitions));
}

}  // namespace sdk
}  // namespace tenon
