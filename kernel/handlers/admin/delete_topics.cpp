// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/delete_topics.h"

#include "handlers/errors.h"

namespace tenon::handlers {

Task<wire::DeleteTopicsResponse> handle_delete_topics(Call& call,
                                                      wire::DeleteTopicsRequest request) {
  std::vector<controller::TopicToDelete> topics;
  for (auto& name : request.topic_names) topics.push_back({.name = std::move(name), .id = {}});
  for (auto& topic : request.topics) topics.push_back({.name = topic.name, .id = topic.topic_id});
  auto& services = call.services;
  const auto results =
      co_await call_on(call.scheduler(), services.controller_home, [&services, topics]() mutable {
        return services.controller.delete_topics(std::move(topics));
      });
  co_await services.replicas.opened(call.scheduler(), {});
  wire::DeleteTopicsResponse response;
  for (size_t i = 0; i < results.size(); ++i) {
    auto& answer = response.responses.emplace_back();
    answer.name = results[i] ? std::optional(results[i]->name) : topics[i].name;
    answer.topic_id = results[i] ? results[i]->id : topics[i].id;
    if (results[i]) continue;
    answer.error_code = error_code(results[i].error());
    answer.error_message = results[i].error().detail;
  }
  co_return response;
}

}  // namespace tenon::handlers
