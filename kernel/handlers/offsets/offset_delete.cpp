// SPDX-License-Identifier: Apache-2.0

#include "handlers/offsets/offset_delete.h"

#include "handlers/errors.h"
#include "handlers/offsets/unknown_partitions.h"

namespace tenon::handlers {
namespace {

using Request = wire::OffsetDeleteRequest;
using Response = wire::OffsetDeleteResponse;

}  // namespace

Task<Response> handle_offset_delete(Call& call, Request request) {
  const auto image = call.image();
  Response response = take_unknown<Response>(request, *image);
  const std::string group = request.group_id;
  auto deleted = co_await call.services.groups.call<Response>(
      call.scheduler(), *image, group,
      [request = std::move(request)](groups::GroupCoordinator& coordinator) mutable {
        return coordinator.offset_delete(std::move(request));
      });
  // What is wrong with the group stands alone, as in Kafka.
  if (!deleted || deleted->error_code != kNoError) {
    Response refused;
    refused.error_code = deleted ? deleted->error_code : error_code(deleted.error());
    co_return refused;
  }
  for (auto& topic : deleted->topics) response.topics.push_back(std::move(topic));
  co_return response;
}

}  // namespace tenon::handlers
