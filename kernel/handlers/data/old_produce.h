// SPDX-License-Identifier: Apache-2.0
//
// Produce versions 0 to 2 (before Kafka 0.11, message sets of magic 0 and 1). They are advertised,
// as Apache Kafka advertises them, only because librdkafka up to 2.11 compresses nothing without
// them; who really sends one is told UNSUPPORTED_VERSION for every partition.
//
//   request  := acks:int16 timeout_ms:int32 [topic:string [index:int32 records:bytes]]
//   response := [topic:string [index:int32 error:int16 base_offset:int64 (v2: append_time:int64)]]
//               (v1, v2: throttle_time_ms:int32)
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "handlers/table.h"

namespace tenon::handlers {

inline constexpr int16_t kFirstProduceVersion = 3;

// Decodes the request, appends the refusal to `reply`. kMalformed for bytes that are no such
// request.
Body refuse_old_produce(MutableBytes body, int16_t version, OutputChain reply);

}  // namespace tenon::handlers
