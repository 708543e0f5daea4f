// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/init_producer_id.h"

#include "handlers/errors.h"

namespace tenon::handlers {

Task<wire::InitProducerIdResponse> handle_init_producer_id(Call& call,
                                                           wire::InitProducerIdRequest request) {
  wire::InitProducerIdResponse response;
  response.producer_epoch = -1;
  if (request.transactional_id) {
    response.error_code = error_code(Errc::kTransactionalIdNotSupported);
    co_return response;
  }
  // A producer without a transactional id that asks again after an error gets a new id (KIP-360).
  auto id = co_await call.services.producer_ids.next(call.scheduler());
  if (!id) {
    response.error_code = error_code(Errc::kCoordinatorNotAvailable);
    co_return response;
  }
  response.producer_id = id->value;
  response.producer_epoch = 0;
  co_return response;
}

}  // namespace tenon::handlers
