// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/create_topics.h"

#include "config/topic_config.h"
#include "handlers/errors.h"

namespace tenon::handlers {
namespace {

using Asked = wire::CreateTopicsRequest::CreatableTopic;
using Answer = wire::CreateTopicsResponse::CreatableTopicResult;

controller::NewTopic to_new_topic(const Asked& asked) {
  controller::NewTopic topic{.name = asked.name,
                             .partitions = asked.num_partitions,
                             .replication_factor = asked.replication_factor,
                             .assignments = {},
                             .configs = {}};
  for (const auto& assignment : asked.assignments) {
    auto& to = topic.assignments.emplace_back();
    to.partition = assignment.partition_index;
    for (const int32_t broker : assignment.broker_ids) to.replicas.push_back(BrokerId{broker});
  }
  for (const auto& config : asked.configs) topic.configs.emplace_back(config.name, config.value);
  return topic;
}

// Version 5 on: every config that the topic has now.
std::vector<wire::CreateTopicsResponse::CreatableTopicConfigs> configs_of(
    const config::TopicConfig& defaults, const controller::CreatedTopic& topic) {
  std::vector<wire::CreateTopicsResponse::CreatableTopicConfigs> out;
  for (auto& entry : config::list_topic_config(defaults, topic.configs)) {
    out.push_back({entry.name, entry.value, entry.read_only, static_cast<int8_t>(entry.source),
                   entry.sensitive});
  }
  return out;
}

Answer to_answer(Call& call, const Asked& asked, const Result<controller::CreatedTopic>& created) {
  Answer answer;
  answer.name = asked.name;
  answer.error_message.reset();
  if (!created) {
    answer.error_code = error_code(created.error());
    answer.error_message = created.error().detail;
    answer.configs.reset();
    return answer;
  }
  answer.topic_id = created->id;
  answer.num_partitions = created->partitions;
  answer.replication_factor = static_cast<int16_t>(created->replication_factor);
  answer.configs = configs_of(call.services.settings.topic.defaults, *created);
  return answer;
}

std::vector<std::string> names_of(const wire::CreateTopicsRequest& request) {
  std::vector<std::string> names;
  for (const Asked& asked : request.topics) names.push_back(asked.name);
  return names;
}

}  // namespace

Task<wire::CreateTopicsResponse> handle_create_topics(Call& call,
                                                      wire::CreateTopicsRequest request) {
  std::vector<controller::NewTopic> topics;
  for (const Asked& asked : request.topics) topics.push_back(to_new_topic(asked));
  auto& services = call.services;
  const auto results = co_await call_on(
      call.scheduler(), services.controller_home,
      [&services, topics = std::move(topics), only = request.validate_only]() mutable {
        return services.controller.create_topics(std::move(topics), {.validate_only = only});
      });
  co_await services.replicas.opened(call.scheduler(), names_of(request));
  wire::CreateTopicsResponse response;
  for (size_t i = 0; i < results.size(); ++i) {
    auto& answer = response.topics.emplace_back(to_answer(call, request.topics[i], results[i]));
    if (!results[i] || results[i]->id.is_zero()) continue;
    // The topic is there, but whoever made it must know that it cannot be used yet.
    const auto offline = co_await services.replicas.first_failure(call.scheduler(), results[i]->id);
    if (!offline) continue;
    answer.error_code = error_code(Errc::kKafkaStorageError);
    answer.error_message = "the topic was created, but is offline: " + offline->detail;
  }
  co_return response;
}

}  // namespace tenon::handlers
