// SPDX-License-Identifier: Apache-2.0

#include "wire/varint.h"

namespace tenon::wire {

void put_uvarint(Bytes& out, uint32_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<uint8_t>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<uint8_t>(value));
}

std::optional<uint32_t> take_uvarint(ByteView& rest) {
  uint64_t value = 0;
  for (size_t i = 0; i < rest.size() && i < kUvarintBytesMax; ++i) {
    value |= static_cast<uint64_t>(rest[i] & 0x7f) << (7 * i);
    if ((rest[i] & 0x80) != 0) continue;
    if (value > UINT32_MAX) return std::nullopt;
    rest = rest.subspan(i + 1);
    return static_cast<uint32_t>(value);
  }
  return std::nullopt;
}

}  // namespace tenon::wire
