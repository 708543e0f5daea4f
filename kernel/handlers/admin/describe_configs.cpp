// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/describe_configs.h"

#include <algorithm>

#include "config/topic_config.h"
#include "handlers/admin/resource_types.h"
#include "handlers/errors.h"

namespace tenon::handlers {
namespace {

using Asked = wire::DescribeConfigsRequest::DescribeConfigsResource;
using Answer = wire::DescribeConfigsResponse::DescribeConfigsResult;
using Line = wire::DescribeConfigsResponse::DescribeConfigsResourceResult;

Line to_line(const config::ConfigEntry& entry, const wire::DescribeConfigsRequest& request) {
  Line line;
  line.name = entry.name;
  line.value = entry.value;
  line.read_only = entry.read_only;
  line.is_default = entry.source == config::ConfigSource::kDefault;
  line.config_source = static_cast<int8_t>(entry.source);
  line.is_sensitive = entry.sensitive;
  line.config_type = static_cast<int8_t>(entry.type);
  line.documentation = request.include_documentation ? std::optional(entry.about) : std::nullopt;
  if (!request.include_synonyms) return line;
  for (const auto& synonym : entry.synonyms) {
    line.synonyms.push_back({synonym.name, synonym.value, static_cast<int8_t>(synonym.source)});
  }
  return line;
}

using Entries = std::vector<config::ConfigEntry>;

Result<Entries> entries_of_topic(const config::Settings& settings, const metadata::Image& image,
                                 const std::string& name) {
  const auto* topic = image.find(name);
  if (topic == nullptr) return fail(Errc::kUnknownTopicOrPartition, name, "there is no such topic");
  return config::list_topic_config(settings.topic.defaults, topic->configs);
}

Result<Entries> entries_of_broker(Call& call, const std::string& name) {
  // The empty name stands for the cluster-wide dynamic defaults, of which there are none.
  if (name.empty()) return Entries{};
  const std::string self = std::to_string(call.services.self.value);
  if (name == self) return config::list_broker_config(call.services.settings);
  return fail(Errc::kInvalidRequest, name, "this is broker " + self);
}

// A group need not be there to have configs.
Result<Entries> entries_of_group(const config::Settings& settings, const metadata::Image& image,
                                 const std::string& name) {
  if (name.empty())
    return fail(Errc::kInvalidRequest, "", "configs are those of one group: its name is missing");
  return config::list_group_config(settings.groups.consumer, image.group_configs(name));
}

// What is known of the resource, or why it is not.
Result<Entries> entries_of(Call& call, const metadata::Image& image, const Asked& asked) {
  const auto& settings = call.services.settings;
  const std::string& name = asked.resource_name;
  if (asked.resource_type == kTopicResource) return entries_of_topic(settings, image, name);
  if (asked.resource_type == kGroupResource) return entries_of_group(settings, image, name);
  if (asked.resource_type == kBrokerResource) return entries_of_broker(call, name);
  return fail(Errc::kInvalidRequest, name,
              "configs of resource type " + std::to_string(asked.resource_type) +
                  " are not kept by this broker");
}

}  // namespace

Task<wire::DescribeConfigsResponse> handle_describe_configs(Call& call,
                                                            wire::DescribeConfigsRequest request) {
  const auto image = call.image();
  wire::DescribeConfigsResponse response;
  for (const Asked& asked : request.resources) {
    Answer& answer = response.results.emplace_back();
    answer.resource_type = asked.resource_type;
    answer.resource_name = asked.resource_name;
    answer.error_message.reset();
    const auto entries = entries_of(call, *image, asked);
    if (!entries) {
      answer.error_code = error_code(entries.error());
      answer.error_message = entries.error().text();
      continue;
    }
    for (const auto& entry : *entries) {
      const auto& keys = asked.configuration_keys;
      const bool wanted = !keys || std::ranges::find(*keys, entry.name) != keys->end();
      if (wanted) answer.configs.push_back(to_line(entry, request));
    }
  }
  co_return response;
}

}  // namespace tenon::handlers
