// SPDX-License-Identifier: Apache-2.0

#include "handlers/offsets/offset_commit.h"

#include "handlers/errors.h"
#include "handlers/groups/request_info.h"
#include "handlers/offsets/unknown_partitions.h"

namespace tenon::handlers {
namespace {

using Request = wire::OffsetCommitRequest;
using Response = wire::OffsetCommitResponse;

Response answer_all(const Request& request, int16_t code) {
  Response response;
  for (const auto& topic : request.topics) {
    auto& to = response.topics.emplace_back();
    to.name = topic.name;
    for (const auto& partition : topic.partitions) {
      to.partitions.push_back({partition.partition_index, code});
    }
  }
  return response;
}

}  // namespace

Task<Response> handle_offset_commit(Call& call, Request request) {
  const auto image = call.image();
  Response response = take_unknown<Response>(request, *image);
  // Then it is nobody's commit, and shows no member alive.
  if (request.topics.empty()) co_return response;
  const std::string group = request.group_id;
  Response refused = answer_all(request, kNoError);
  auto committed = co_await call.services.groups.call<Response>(
      call.scheduler(), *image, group,
      [info = request_info(call), request = std::move(request),
       version = call.version()](groups::GroupCoordinator& coordinator) mutable {
        return coordinator.offset_commit(std::move(info), std::move(request), version);
      });
  if (!committed) {
    for (auto& topic : refused.topics) {
      for (auto& partition : topic.partitions) partition.error_code = error_code(committed.error());
    }
  }
  auto& answered = committed ? *committed : refused;
  for (auto& topic : answered.topics) response.topics.push_back(std::move(topic));
  co_return response;
}

}  // namespace tenon::handlers
