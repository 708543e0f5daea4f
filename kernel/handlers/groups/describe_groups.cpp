// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/describe_groups.h"

#include "handlers/errors.h"

namespace tenon::handlers {
namespace {

// KIP-1043: from here on a group that is not there is an error, and no longer described as "Dead".
constexpr int16_t kFirstNotFoundVersion = 6;

}  // namespace

Task<wire::DescribeGroupsResponse> handle_describe_groups(Call& call,
                                                          wire::DescribeGroupsRequest request) {
  using Described = wire::DescribeGroupsResponse::DescribedGroup;
  const auto image = call.image();
  std::vector<Future<Result<Described>>> pending;
  for (const std::string& id : request.groups) {
    pending.push_back(call.services.groups.call<Described>(
        call.scheduler(), *image, id,
        [id](groups::GroupCoordinator& coordinator) { return coordinator.describe_group(id); }));
  }
  wire::DescribeGroupsResponse response;
  for (size_t i = 0; i < pending.size(); ++i) {
    auto described = co_await std::move(pending[i]);
    if (described) {
      if (call.version() >= kFirstNotFoundVersion && described->error_message) {
        described->error_code = error_code(Errc::kGroupIdNotFound);
      }
      response.groups.push_back(std::move(*described));
      continue;
    }
    auto& refused = response.groups.emplace_back();
    refused.group_id = request.groups[i];
    refused.error_code = error_code(described.error());
  }
  co_return response;
}

}  // namespace tenon::handlers
