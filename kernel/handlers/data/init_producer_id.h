// SPDX-License-Identifier: Apache-2.0
//
// InitProducerId for idempotent producers (KIP-98, KIP-360). Transactional ids are refused: this
// broker offers no transactions.
#pragma once

#include "handlers/call.h"
#include "wire/data/init_producer_id.h"

namespace tenon::handlers {

Task<wire::InitProducerIdResponse> handle_init_producer_id(Call& call,
                                                           wire::InitProducerIdRequest request);

}  // namespace tenon::handlers
