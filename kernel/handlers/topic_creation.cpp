// SPDX-License-Identifier: Apache-2.0

#include "handlers/topic_creation.h"

#include "groups/partitioning.h"

namespace tenon::handlers {

using controller::CreatedTopic;
using controller::CreateTopicsOptions;
using controller::NewTopic;
using controller::Results;

namespace {

Task<Results<CreatedTopic>> create(Call& call, std::vector<NewTopic> topics,
                                   CreateTopicsOptions options) {
  auto& services = call.services;
  std::vector<std::string> names;
  for (const NewTopic& topic : topics) names.push_back(topic.name);
  auto results =
      co_await call_on(call.scheduler(), services.controller_home,
                       [&services, topics = std::move(topics), options]() mutable {
                         return services.controller.create_topics(std::move(topics), options);
                       });
  co_await services.replicas.opened(call.scheduler(), std::move(names));
  co_return results;
}

NewTopic offsets_topic(const config::GroupSettings& settings) {
  return {.name = std::string(groups::kOffsetsTopic),
          .partitions = settings.offsets_partitions,
          .replication_factor = -1,
          .assignments = {},
          .configs = {{"cleanup.policy", "compact"},
                      {"compression.type", "producer"},
                      {"segment.bytes", std::to_string(settings.offsets_segment_bytes)}}};
}

}  // namespace

Task<std::vector<std::optional<Error>>> create_with_defaults(Call& call,
                                                             std::vector<std::string> names) {
  std::vector<NewTopic> topics;
  for (std::string& name : names) {
    topics.push_back({.name = std::move(name), .assignments = {}, .configs = {}});
  }
  auto results = co_await create(call, std::move(topics), {});
  std::vector<std::optional<Error>> errors;
  for (auto& result : results) {
    const bool there = result || result.error().code == Errc::kTopicAlreadyExists;
    errors.push_back(there ? std::nullopt : std::optional(std::move(result.error())));
  }
  co_return errors;
}

Task<Result<>> ensure_offsets_topic(Call& call) {
  if (call.image()->find(groups::kOffsetsTopic) != nullptr) co_return Result<>{};
  std::vector<NewTopic> topics{offsets_topic(call.services.settings.groups)};
  auto results = co_await create(call, std::move(topics), {.internal = true});
  auto& result = results.front();
  if (!result && result.error().code != Errc::kTopicAlreadyExists) co_return forward(result);
  co_return Result<>{};
}

}  // namespace tenon::handlers
