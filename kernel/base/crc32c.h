// SPDX-License-Identifier: Apache-2.0
//
// CRC-32C (Castagnoli, RFC 3720 section 12.1), the checksum of Kafka's record batches.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace tenon {

// The checksum of `bytes`, continuing from `crc`; begin with 0. crc32c(0, "123456789") ==
// 0xe3069283. Uses the processor's instruction where there is one, three streams at a time. Any
// thread.
uint32_t crc32c(uint32_t crc, ByteView bytes);

// The table-driven form, for machines without the instruction and for tests.
uint32_t crc32c_portable(uint32_t crc, ByteView bytes);

}  // namespace tenon
