// SPDX-License-Identifier: Apache-2.0
//
// Kinds of resources that configs belong to, as numbered on the wire.
#pragma once

#include <cstdint>

namespace tenon::handlers {

inline constexpr int8_t kTopicResource = 2;
inline constexpr int8_t kBrokerResource = 4;
inline constexpr int8_t kBrokerLoggerResource = 8;
inline constexpr int8_t kGroupResource = 32;

}  // namespace tenon::handlers
