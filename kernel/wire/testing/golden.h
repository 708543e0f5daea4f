// SPDX-License-Identifier: Apache-2.0
//
// The golden bytes of tests/fixtures/wire_golden.txt, and hex as tests write it.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace tenon::wire {

// "00 0a ff" or "000aff" as bytes. Asserts that it is hex.
Bytes from_hex(std::string_view hex);

// The bytes on file for a message, or nullptr if the file has no such line. Styles: full, bare.
const Bytes* find_golden(std::string_view message, int16_t version, std::string_view style);

}  // namespace tenon::wire
