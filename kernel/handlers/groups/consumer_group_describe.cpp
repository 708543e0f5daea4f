// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/consumer_group_describe.h"

#include "handlers/errors.h"

namespace tenon::handlers {

Task<wire::ConsumerGroupDescribeResponse> handle_consumer_group_describe(
    Call& call, wire::ConsumerGroupDescribeRequest request) {
  using Described = wire::ConsumerGroupDescribeResponse::DescribedGroup;
  const auto image = call.image();
  std::vector<Future<Result<Described>>> pending;
  for (const std::string& id : request.group_ids) {
    pending.push_back(call.services.groups.call<Described>(
        call.scheduler(), *image, id, [id](groups::GroupCoordinator& coordinator) {
          return coordinator.consumer_group_describe(id);
        }));
  }
  wire::ConsumerGroupDescribeResponse response;
  for (size_t i = 0; i < pending.size(); ++i) {
    auto described = co_await std::move(pending[i]);
    if (described) {
      response.groups.push_back(std::move(*described));
      continue;
    }
    auto& refused = response.groups.emplace_back();
    refused.group_id = request.group_ids[i];
    refused.error_code = error_code(described.error());
    refused.error_message = described.error().detail;
  }
  co_return response;
}

}  // namespace tenon::handlers
