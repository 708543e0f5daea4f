// SPDX-License-Identifier: Apache-2.0

#include "cli/client/groups.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/client/admin_call.h"
#include "cli/client/errors.h"

namespace tenon::cli {
namespace {

using OffsetsRequest =
    Owned<rd_kafka_ListConsumerGroupOffsets_t, rd_kafka_ListConsumerGroupOffsets_destroy>;

std::string text(const char* value) {
  return value ? value : "";
}

Failure failure_of(const Client& client, const rd_kafka_error_t* error, std::string_view what) {
  return client.failure(rd_kafka_error_code(error), what, rd_kafka_error_string(error));
}

GroupMember copy(const rd_kafka_MemberDescription_t* member) {
  GroupMember copied{text(rd_kafka_MemberDescription_consumer_id(member)),
                     text(rd_kafka_MemberDescription_group_instance_id(member)),
                     text(rd_kafka_MemberDescription_client_id(member)),
                     text(rd_kafka_MemberDescription_host(member)),
                     {}};
  const auto* assignment = rd_kafka_MemberDescription_assignment(member);
  const auto* list = assignment ? rd_kafka_MemberAssignment_partitions(assignment) : nullptr;
  for (int i = 0; list && i < list->cnt; ++i)
    copied.partitions.emplace_back(list->elems[i].topic, list->elems[i].partition);
  return copied;
}

GroupDescription copy(const rd_kafka_ConsumerGroupDescription_t* group) {
  GroupDescription copied{
      text(rd_kafka_ConsumerGroupDescription_group_id(group)),
      rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(group)),
      text(rd_kafka_ConsumerGroupDescription_partition_assignor(group)),
      -1,
      "",
      {}};
  if (const auto* node = rd_kafka_ConsumerGroupDescription_coordinator(group)) {
    copied.coordinator_id = rd_kafka_Node_id(node);
    copied.coordinator = fmt::format("{}:{}", rd_kafka_Node_host(node), rd_kafka_Node_port(node));
  }
  for (size_t i = 0; i < rd_kafka_ConsumerGroupDescription_member_count(group); ++i)
    copied.members.push_back(copy(rd_kafka_ConsumerGroupDescription_member(group, i)));
  std::ranges::sort(copied.members, {}, &GroupMember::member_id);
  return copied;
}

Outcome<PartitionList> every_partition(const Client& client) {
  const auto topics = client.topics();
  if (!topics) return std::unexpected(topics.error());
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(topics->size())));
  for (const TopicMetadata& topic : *topics) {
    for (const PartitionMetadata& partition : topic.partitions)
      rd_kafka_topic_partition_list_add(list.get(), topic.name.c_str(), partition.id);
  }
  return list;
}

}  // namespace

Outcome<std::vector<GroupListing>> list_groups(const Client& client) {
  const rd_kafka_group_list* raw = nullptr;
  const auto error = rd_kafka_list_groups(client.raw(), nullptr, &raw, kAnswerMs);
  const Owned<const rd_kafka_group_list, rd_kafka_group_list_destroy> list(raw);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(client.failure(error, "groups"));
  std::vector<GroupListing> groups;
  for (int i = 0; i < list->group_cnt; ++i)
    groups.push_back({text(list->groups[i].group), text(list->groups[i].state)});
  std::ranges::sort(groups, {}, &GroupListing::group);
  return groups;
}

Outcome<GroupDescription> describe_group(const Client& client, const std::string& group) {
  const std::string what = "group " + group;
  const char* name = group.c_str();
  auto answer =
      admin_call(client, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, what,
                 [&](const auto* options, auto* queue) {
                   rd_kafka_DescribeConsumerGroups(client.raw(), &name, 1, options, queue);
                 });
  if (!answer) return std::unexpected(std::move(answer.error()));
  size_t count = 0;
  const auto** groups = rd_kafka_DescribeConsumerGroups_result_groups(
      rd_kafka_event_DescribeConsumerGroups_result(answer->get()), &count);
  const bool dead = count == 1 && rd_kafka_ConsumerGroupDescription_state(groups[0]) ==
                                      RD_KAFKA_CONSUMER_GROUP_STATE_DEAD;
  if (count == 1 && !dead) {
    const auto* error = rd_kafka_ConsumerGroupDescription_error(groups[0]);
    if (error) return std::unexpected(failure_of(client, error, what));
    return copy(groups[0]);
  }
  return failed(kNotFound, what + ": does not exist; `tenon group list` shows what does");
}

Outcome<std::vector<CommittedOffset>> committed_offsets(const Client& client,
                                                        const std::string& group) {
  const std::string what = "the offsets of group " + group;
  const auto partitions = every_partition(client);
  if (!partitions) return std::unexpected(partitions.error());
  const OffsetsRequest request(
      rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), partitions->get()));
  auto* raw = request.get();
  auto answer =
      admin_call(client, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, what,
                 [&](const auto* options, auto* queue) {
                   rd_kafka_ListConsumerGroupOffsets(client.raw(), &raw, 1, options, queue);
                 });
  if (!answer) return std::unexpected(std::move(answer.error()));
  size_t count = 0;
  const auto** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
      rd_kafka_event_ListConsumerGroupOffsets_result(answer->get()), &count);
  std::vector<CommittedOffset> offsets;
  if (count == 0) return offsets;
  if (const auto* error = rd_kafka_group_result_error(groups[0]))
    return std::unexpected(failure_of(client, error, what));
  const auto* list = rd_kafka_group_result_partitions(groups[0]);
  for (int i = 0; list && i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& found = list->elems[i];
    if (found.offset >= 0) offsets.push_back({{found.topic, found.partition}, found.offset});
  }
  std::ranges::sort(offsets, {}, &CommittedOffset::partition);
  return offsets;
}

}  // namespace tenon::cli
