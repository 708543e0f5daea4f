// SPDX-License-Identifier: Apache-2.0
//
// Views of bytes and big-endian loads and stores, Kafka's byte order.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tenon {

using ByteView = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;
using Bytes = std::vector<uint8_t>;

template <class T>
T load_be(const uint8_t* at) {
  std::make_unsigned_t<T> value;
  std::memcpy(&value, at, sizeof value);
  if constexpr (sizeof(T) > 1) value = std::byteswap(value);
  return static_cast<T>(value);
}

template <class T>
void store_be(uint8_t* at, T value) {
  auto bits = static_cast<std::make_unsigned_t<T>>(value);
  if constexpr (sizeof(T) > 1) bits = std::byteswap(bits);
  std::memcpy(at, &bits, sizeof bits);
}

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace tenon
