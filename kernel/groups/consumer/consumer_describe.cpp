// SPDX-License-Identifier: Apache-2.0
//
// ConsumerGroupDescribe: the group as its members and operators see it.

#include "groups/consumer/consumer_groups.h"

namespace tenon::groups {
namespace {

using wire::ErrorCode;
using Described = wire::ConsumerGroupDescribeResponse::DescribedGroup;
using DescribedAssignment = wire::ConsumerGroupDescribeResponse::Assignment;

constexpr int8_t kClassicMember = 0;
constexpr int8_t kConsumerMember = 1;

// With the names that the topics have now; those that are gone have none.
DescribedAssignment described(const Partitions& partitions, const metadata::Image& image) {
  DescribedAssignment assignment;
  for_each_topic(partitions, [&](const Uuid& id, std::vector<int32_t> numbers) {
    const metadata::TopicInfo* topic = image.find(id);
    if (!topic) return;
    assignment.topic_partitions.push_back(
        {.topic_id = id, .topic_name = topic->name, .partitions = std::move(numbers)});
  });
  return assignment;
}

}  // namespace

Described ConsumerGroups::describe(const std::string& group_id) const {
  Described shown;
  shown.group_id = group_id;
  const Group* group = parts_.table.find(group_id);
  if (!group || !group->consumer || group->is(GroupState::kDead)) {
    shown.error_code = static_cast<int16_t>(ErrorCode::kGroupIdNotFound);
    shown.error_message = group && !group->consumer
                              ? "group " + group_id + " is not a consumer group"
                              : "there is no group " + group_id;
    return shown;
  }
  const ConsumerGroup& consumer = *group->consumer;
  const auto image = parts_.image();
  shown.group_state = consumer.state();
  shown.group_epoch = consumer.epoch();
  shown.assignment_epoch = consumer.assignment_epoch();
  shown.assignor_name = targets_.assignor_of(consumer);
  for (const auto& [id, member] : consumer.members()) {
    auto& one = shown.members.emplace_back();
    one.member_id = id;
    one.instance_id = member->words.instance_id;
    one.rack_id = member->words.rack_id;
    one.member_epoch = member->progress.epoch;
    one.client_id = member->words.client_id;
    one.client_host = member->words.client_host;
    one.subscribed_topic_names = member->words.topics;
    if (!member->words.regex.empty()) one.subscribed_topic_regex = member->words.regex;
    one.assignment = described(member->progress.assigned, *image);
    one.target_assignment = described(consumer.target_of(id), *image);
    one.member_type = member->words.classic ? kClassicMember : kConsumerMember;
  }
  return shown;
}

}  // namespace tenon::groups
