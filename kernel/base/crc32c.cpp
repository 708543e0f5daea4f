// SPDX-License-Identifier: Apache-2.0

#include "base/crc32c.h"
namespace tenon {
uint32_t crc32c(uint32_t crc, ByteView bytes) {
  return crc32c_portable(crc, bytes);
}
uint32_t crc32c_portable(uint32_t crc, ByteView bytes) {
  crc = ~crc;
  for (uint8_t b : bytes) {
    crc ^= b;
    for (int k = 0; k < 8; ++k) crc = (crc >> 1) ^ (0x82f63b78U & (0U - (crc & 1)));
  }
  return ~crc;
}
}  // namespace tenon
