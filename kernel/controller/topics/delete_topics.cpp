// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <map>

#include "controller/topics/topic_plans.h"

namespace tenon::controller {

namespace {

using metadata::TopicInfo;

Result<const TopicInfo*> find_topic(const metadata::Image& image, const TopicToDelete& topic) {
  if (topic.name && !topic.id.is_zero())
    return fail(Errc::kInvalidRequest, "",
                "A topic is named by its name or by its id, not by both");
  if (!topic.name && topic.id.is_zero())
    return fail(Errc::kInvalidRequest, "", "Neither the name nor the id of a topic was given");
  if (topic.name) {
    if (const TopicInfo* found = image.find(std::string_view(*topic.name))) return found;
    return fail(Errc::kUnknownTopicOrPartition, "",
                fmt::format("There is no topic '{}'", *topic.name));
  }
  if (const TopicInfo* found = image.find(topic.id)) return found;
  return fail(Errc::kUnknownTopicId, "",
              fmt::format("There is no topic with the id {}", topic.id.text()));
}

}  // namespace

// Internal topics can be deleted by whoever may delete topics, as in Kafka.
Plan<DeletedTopic> plan_delete_topics(const PlanContext& context,
                                      const std::vector<TopicToDelete>& topics) {
  Plan<DeletedTopic> plan;
  if (!context.policy.delete_enabled) {
    plan.results.assign(topics.size(), fail(Errc::kTopicDeletionDisabled, "",
                                            "Topic deletion is disabled (topic.delete_enabled)"));
    return plan;
  }
  std::map<Uuid, int> times_named;
  std::vector<Result<const TopicInfo*>> found;
  for (const TopicToDelete& topic : topics) {
    found.push_back(find_topic(context.image, topic));
    if (found.back()) ++times_named[(*found.back())->id];
  }
  for (auto& topic : found) {
    if (!topic) {
      plan.results.push_back(forward(topic));
    } else if (times_named[(*topic)->id] > 1) {
      plan.results.push_back(
          fail(Errc::kInvalidRequest, "", "Duplicate topic: the request names it more than once"));
    } else {
      plan.records.emplace_back(wire::RemoveTopicRecord{.topic_id = (*topic)->id});
      plan.results.push_back(DeletedTopic{(*topic)->name, (*topic)->id});
    }
  }
  return plan;
}

}  // namespace tenon::controller
