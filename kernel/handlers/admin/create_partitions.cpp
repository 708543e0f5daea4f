// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/create_partitions.h"

#include "handlers/errors.h"

namespace tenon::handlers {
namespace {

controller::MorePartitions to_more(
    const wire::CreatePartitionsRequest::CreatePartitionsTopic& asked) {
  controller::MorePartitions more{
      .topic = asked.name, .count = asked.count, .assignments = std::nullopt};
  if (!asked.assignments) return more;
  more.assignments.emplace();
  for (const auto& assignment : *asked.assignments) {
    auto& replicas = more.assignments->emplace_back();
    for (const int32_t broker : assignment.broker_ids) replicas.push_back(BrokerId{broker});
  }
  return more;
}

std::vector<std::string> names_of(const wire::CreatePartitionsRequest& request) {
  std::vector<std::string> names;
  for (const auto& asked : request.topics) names.push_back(asked.name);
  return names;
}

}  // namespace

Task<wire::CreatePartitionsResponse> handle_create_partitions(
    Call& call, wire::CreatePartitionsRequest request) {
  std::vector<controller::MorePartitions> topics;
  for (const auto& asked : request.topics) topics.push_back(to_more(asked));
  auto& services = call.services;
  const auto results = co_await call_on(
      call.scheduler(), services.controller_home,
      [&services, topics = std::move(topics), only = request.validate_only]() mutable {
        return services.controller.create_partitions(std::move(topics), only);
      });
  co_await services.replicas.opened(call.scheduler(), names_of(request));
  wire::CreatePartitionsResponse response;
  for (size_t i = 0; i < results.size(); ++i) {
    auto& answer = response.results.emplace_back();
    answer.name = request.topics[i].name;
    if (results[i]) continue;
    answer.error_code = error_code(results[i].error());
    answer.error_message = results[i].error().detail;
  }
  co_return response;
}

}  // namespace tenon::handlers
