// SPDX-License-Identifier: Apache-2.0
//
// Produce: split by partition, one hop to each owner shard, gather, answer.
#pragma once

#include <optional>

#include "handlers/call.h"
#include "wire/data/produce.h"

namespace tenon::handlers {

// No response for acks=0, as the protocol has it; an error then closes the connection, the only way
// to tell such a producer. The records are patched in place in the frame.
Task<Result<std::optional<wire::ProduceResponse>>> handle_produce(Call& call,
                                                                  wire::ProduceRequest request);

}  // namespace tenon::handlers
