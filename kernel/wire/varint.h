// SPDX-License-Identifier: Apache-2.0
//
// Unsigned varints of 32 bits: seven bits a byte, lowest first, the high bit says that more follow.
// Compact lengths, tags and the frames of metadata records are written so (KIP-482).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace tenon::wire {

inline constexpr size_t kUvarintBytesMax = 5;

// Appends 1 to 5 bytes.
void put_uvarint(Bytes& out, uint32_t value);

// Takes a varint off the front of `rest`. nullopt, and `rest` as it was, if it is cut off, longer
// than five bytes or above 32 bits.
std::optional<uint32_t> take_uvarint(ByteView& rest);

}  // namespace tenon::wire
