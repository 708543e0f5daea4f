// SPDX-License-Identifier: Apache-2.0
//
// The one mapping from the kernel's errors to Kafka's numbers on the wire.
#pragma once

#include "base/error.h"
#include "wire/api.h"

namespace tenon::handlers {

// What a client is told. Codes that no client can act on become kUnknownServerError; none that a
// client may retry does (a retried produce answered "unknown" is duplicated by Java's producer).
wire::ErrorCode to_wire(Errc code);

// The same as the int16 that messages carry.
inline int16_t error_code(Errc code) {
  return static_cast<int16_t>(to_wire(code));
}
inline int16_t error_code(const Error& error) {
  return error_code(error.code);
}
inline constexpr int16_t kNoError = 0;

}  // namespace tenon::handlers
