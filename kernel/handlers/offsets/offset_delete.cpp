// SPDX-License-Identifier: Apache-2.0

#include "handlers/offsets/offset_delete.h"

#include "handlers/errors.h"

namespace tenon::handlers {

Task<wire::OffsetDeleteResponse> handle_offset_delete(Call& call,
                                                      wire::OffsetDeleteRequest request) {
  const std::string group = request.group_id;
  auto deleted = co_await call.services.groups.call<wire::OffsetDeleteResponse>(
      call.scheduler(), *call.image(), group,
      [request = std::move(request)](groups::GroupCoordinator& coordinator) mutable {
        return coordinator.offset_delete(std::move(request));
      });
  if (deleted) co_return std::move(*deleted);
  wire::OffsetDeleteResponse refused;
  refused.error_code = error_code(deleted.error());
  co_return refused;
}

}  // namespace tenon::handlers
