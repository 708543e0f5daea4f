// SPDX-License-Identifier: Apache-2.0

#include "cli/client/admin.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/client/admin_call.h"

namespace tenon::cli {
namespace {

using NewTopic = Owned<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using DeleteTopic = Owned<rd_kafka_DeleteTopic_t, rd_kafka_DeleteTopic_destroy>;
using ConfigResource = Owned<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;

// The plain pointers that librdkafka's functions take.
template <class Owner>
std::vector<typename Owner::pointer> pointers(const std::vector<Owner>& owners) {
  std::vector<typename Owner::pointer> raw;
  for (const Owner& owner : owners) raw.push_back(owner.get());
  return raw;
}

std::vector<TopicResult> copy(const rd_kafka_topic_result_t** results, size_t count) {
  std::vector<TopicResult> copied;
  for (size_t i = 0; i < count; ++i) {
    const char* reason = rd_kafka_topic_result_error_string(results[i]);
    copied.push_back({rd_kafka_topic_result_name(results[i]),
                      rd_kafka_topic_result_error(results[i]), reason ? reason : ""});
  }
  return copied;
}

Outcome<NewTopic> new_topic(const std::string& name, const TopicSpec& spec) {
  char reason[256] = "";
  NewTopic topic(rd_kafka_NewTopic_new(name.c_str(), spec.partitions, spec.replication_factor,
                                       reason, sizeof reason));
  if (!topic) return failed(kUsage, fmt::format("topic {}: {}", name, reason));
  for (const auto& [key, value] : spec.configs)
    rd_kafka_NewTopic_set_config(topic.get(), key.c_str(), value.c_str());
  return topic;
}

ConfigValue copy(const rd_kafka_ConfigEntry_t& entry) {
  const char* value = rd_kafka_ConfigEntry_value(&entry);
  return {rd_kafka_ConfigEntry_name(&entry),
          value ? std::optional<std::string>(value) : std::nullopt,
          rd_kafka_ConfigSource_name(rd_kafka_ConfigEntry_source(&entry)),
          rd_kafka_ConfigEntry_is_default(&entry) == 1,
          rd_kafka_ConfigEntry_is_read_only(&entry) == 1,
          rd_kafka_ConfigEntry_is_sensitive(&entry) == 1};
}

}  // namespace

Outcome<std::vector<TopicResult>> create_topics(const Client& client,
                                                const std::vector<std::string>& names,
                                                const TopicSpec& spec) {
  std::vector<NewTopic> topics;
  for (const std::string& name : names) {
    auto topic = new_topic(name, spec);
    if (!topic) return std::unexpected(std::move(topic.error()));
    topics.push_back(std::move(*topic));
  }
  auto raw = pointers(topics);
  auto answer = admin_call(
      client, RD_KAFKA_ADMIN_OP_CREATETOPICS, fmt::format("creating {}", fmt::join(names, ", ")),
      [&](const auto* options, auto* queue) {
        rd_kafka_CreateTopics(client.raw(), raw.data(), raw.size(), options, queue);
      });
  if (!answer) return std::unexpected(std::move(answer.error()));
  size_t count = 0;
  const auto* result = rd_kafka_event_CreateTopics_result(answer->get());
  return copy(rd_kafka_CreateTopics_result_topics(result, &count), count);
}

Outcome<std::vector<TopicResult>> delete_topics(const Client& client,
                                                const std::vector<std::string>& names) {
  std::vector<DeleteTopic> topics;
  for (const std::string& name : names) topics.emplace_back(rd_kafka_DeleteTopic_new(name.c_str()));
  auto raw = pointers(topics);
  auto answer = admin_call(
      client, RD_KAFKA_ADMIN_OP_DELETETOPICS, fmt::format("deleting {}", fmt::join(names, ", ")),
      [&](const auto* options, auto* queue) {
        rd_kafka_DeleteTopics(client.raw(), raw.data(), raw.size(), options, queue);
      });
  if (!answer) return std::unexpected(std::move(answer.error()));
  size_t count = 0;
  const auto* result = rd_kafka_event_DeleteTopics_result(answer->get());
  return copy(rd_kafka_DeleteTopics_result_topics(result, &count), count);
}

Outcome<std::vector<ConfigValue>> topic_configs(const Client& client, const std::string& topic) {
  const std::string what = "the configuration of topic " + topic;
  std::vector<ConfigResource> resources;
  resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  auto raw = pointers(resources);
  auto answer = admin_call(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, what,
                           [&](const auto* options, auto* queue) {
                             rd_kafka_DescribeConfigs(client.raw(), raw.data(), 1, options, queue);
                           });
  if (!answer) return std::unexpected(std::move(answer.error()));
  size_t count = 0;
  const auto* result = rd_kafka_event_DescribeConfigs_result(answer->get());
  const auto** described = rd_kafka_DescribeConfigs_result_resources(result, &count);
  std::vector<ConfigValue> values;
  if (count == 0) return values;
  if (const auto error = rd_kafka_ConfigResource_error(described[0]))
    return std::unexpected(
        client.failure(error, what, rd_kafka_ConfigResource_error_string(described[0])));
  const auto** entries = rd_kafka_ConfigResource_configs(described[0], &count);
  for (size_t i = 0; i < count; ++i) values.push_back(copy(*entries[i]));
  std::ranges::sort(values, {}, &ConfigValue::name);
  return values;
}

}  // namespace tenon::cli
