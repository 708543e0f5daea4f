// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/metadata.h"

#include <fmt/format.h>

#include <unordered_set>

#include "controller/topics/topic_rules.h"
#include "handlers/errors.h"
#include "handlers/topic_creation.h"

namespace tenon::handlers {
namespace {

using Topic = wire::MetadataResponse::MetadataResponseTopic;

// What one request may name. An answer takes far more memory than a name does.
constexpr size_t kNamedMax = 20'000;

std::vector<int32_t> numbers(const std::vector<BrokerId>& brokers) {
  std::vector<int32_t> out;
  for (const BrokerId broker : brokers) out.push_back(broker.value);
  return out;
}

Topic describe(const metadata::TopicInfo& topic) {
  Topic out;
  out.name = topic.name;
  out.topic_id = topic.id;
  out.is_internal = topic.internal;
  for (const auto& partition : topic.partitions) {
    auto& to = out.partitions.emplace_back();
    to.error_code =
        partition.leader == metadata::kNoBroker ? error_code(Errc::kLeaderNotAvailable) : kNoError;
    to.partition_index = partition.index;
    to.leader_id = partition.leader.value;
    to.leader_epoch = partition.leader_epoch.value;
    to.replica_nodes = numbers(partition.replicas);
    to.isr_nodes = numbers(partition.isr);
  }
  return out;
}

void describe_brokers(const metadata::Image& image, wire::MetadataResponse& response) {
  for (const auto& broker : image.brokers()) {
    response.brokers.push_back({broker.id.value, broker.host, broker.port, broker.rack});
  }
  response.cluster_id = image.cluster_id();
  response.controller_id = image.controller().value;
}

Topic missing(const wire::MetadataRequest::MetadataRequestTopic& asked, Errc why) {
  Topic out;
  out.name = asked.name;
  out.topic_id = asked.topic_id;
  out.error_code = error_code(why);
  return out;
}

// A list of no topics means all of them in version 0, and none later, where null means all.
bool asks_for_all(const wire::MetadataRequest& request, int16_t version) {
  return !request.topics || (version == 0 && request.topics->empty());
}

// The names that are asked for and not there.
std::vector<std::string> missing_names(const wire::MetadataRequest& request,
                                       const metadata::Image& image) {
  std::vector<std::string> names;
  std::unordered_set<std::string_view> seen;  // views into the request
  for (const auto& asked : *request.topics) {
    if (!asked.topic_id.is_zero() || !asked.name || image.find(*asked.name) != nullptr) continue;
    if (seen.insert(*asked.name).second) names.push_back(*asked.name);
  }
  return names;
}

using Refusals = std::map<std::string, Errc>;

Task<Refusals> create_missing(Call& call, const wire::MetadataRequest& request) {
  Refusals refused;
  auto names = missing_names(request, *call.image());
  const bool allowed =
      call.services.settings.topic.auto_create && request.allow_auto_topic_creation;
  if (!allowed || names.empty()) co_return refused;
  const auto errors = co_await create_with_defaults(call, names);
  for (size_t i = 0; i < names.size(); ++i) {
    if (errors[i]) refused[names[i]] = errors[i]->code;
  }
  co_return refused;
}

Topic answer_one(const wire::MetadataRequest::MetadataRequestTopic& asked,
                 const metadata::Image& image, const Refusals& refused) {
  if (!asked.topic_id.is_zero()) {
    const auto* topic = image.find(asked.topic_id);
    return topic != nullptr ? describe(*topic) : missing(asked, Errc::kUnknownTopicId);
  }
  if (!asked.name) return missing(asked, Errc::kInvalidRequest);
  if (const auto* topic = image.find(*asked.name)) return describe(*topic);
  const auto why = refused.find(*asked.name);
  if (why != refused.end()) return missing(asked, why->second);
  const bool valid = controller::check_topic_name(*asked.name).has_value();
  return missing(asked, valid ? Errc::kUnknownTopicOrPartition : Errc::kInvalidTopic);
}

}  // namespace

Task<Result<std::optional<wire::MetadataResponse>>> handle_metadata(Call& call,
                                                                    wire::MetadataRequest request) {
  wire::MetadataResponse response;
  if (asks_for_all(request, call.version())) {
    const auto image = call.image();
    describe_brokers(*image, response);
    for (const metadata::TopicInfo& topic : image->topics()) {
      response.topics.push_back(describe(topic));
    }
    co_return std::optional(std::move(response));
  }
  if (request.topics->size() > kNamedMax) {
    co_return fail(
        Errc::kTooLarge, "Metadata",
        fmt::format("{} topics are named, at most {} may be", request.topics->size(), kNamedMax));
  }
  const Refusals refused = co_await create_missing(call, request);
  const auto image = call.image();
  describe_brokers(*image, response);
  for (const auto& asked : *request.topics) {
    response.topics.push_back(answer_one(asked, *image, refused));
  }
  co_return std::optional(std::move(response));
}

}  // namespace tenon::handlers
