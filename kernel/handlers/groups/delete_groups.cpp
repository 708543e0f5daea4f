// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/delete_groups.h"

#include "handlers/errors.h"

namespace tenon::handlers {

Task<wire::DeleteGroupsResponse> handle_delete_groups(Call& call,
                                                      wire::DeleteGroupsRequest request) {
  using Deleted = wire::DeleteGroupsResponse::DeletableGroupResult;
  const auto image = call.image();
  wire::DeleteGroupsResponse response;
  for (const std::string& id : request.groups_names) {
    auto deleted = co_await call.services.groups.call<Deleted>(
        call.scheduler(), *image, id,
        [id](groups::GroupCoordinator& coordinator) { return coordinator.delete_group(id); });
    response.results.push_back(deleted ? std::move(*deleted)
                                       : Deleted{id, error_code(deleted.error())});
  }
  co_return response;
}

}  // namespace tenon::handlers
