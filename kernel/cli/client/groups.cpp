// SPDX-License-Identifier: Apache-2.0

#include "cli/client/groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/client/admin_call.h"
#include "cli/client/errors.h"
#include "cli/client/wire_call.h"
#include "wire/groups/consumer_group_describe.h"
#include "wire/groups/list_groups.h"

namespace tenon::cli {
namespace {

using OffsetsRequest =
    Owned<rd_kafka_ListConsumerGroupOffsets_t, rd_kafka_ListConsumerGroupOffsets_destroy>;

std::string text(const char* value) {
  return value ? value : "";
}

Failure error_of(const Client& client, const rd_kafka_error_t* error, std::string_view what) {
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
      "classic",
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

// KIP-848; for groups that the older call does not find.
Outcome<GroupDescription> describe_consumer_group(const Client& client, const std::string& group) {
  const std::string what = "group " + group;
  const auto coordinator = coordinator_of(client, group);
  if (!coordinator) return std::unexpected(coordinator.error());
  wire::ConsumerGroupDescribeRequest request;
  request.group_ids = {group};
  auto answer =
      ask_broker<wire::ConsumerGroupDescribeResponse>(*coordinator, std::move(request), 1);
  if (!answer) return std::unexpected(answer.error());
  const bool found = answer->groups.size() == 1 &&
                     answer->groups[0].error_code != RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND;
  if (!found)
    return failed(kNotFound, what + ": does not exist; `tenon group list` shows what does");
  const auto& shown = answer->groups[0];
  if (shown.error_code != 0)
    return std::unexpected(failure_of(shown.error_code, what, shown.error_message.value_or("")));
  GroupDescription copied{.group = group,
                          .type = "consumer",
                          .state = shown.group_state,
                          .assignor = shown.assignor_name,
                          .coordinator_id = coordinator->id,
                          .coordinator = coordinator->text(),
                          .members = {}};
  for (const auto& member : shown.members) {
    GroupMember& one = copied.members.emplace_back();
    one.member_id = member.member_id;
    one.instance_id = member.instance_id.value_or("");
    one.client_id = member.client_id;
    one.host = member.client_host;
    for (const auto& topic : member.assignment.topic_partitions) {
      for (const int32_t partition : topic.partitions)
        one.partitions.emplace_back(topic.topic_name, partition);
    }
  }
  return copied;
}

}  // namespace

Outcome<std::vector<GroupListing>> list_groups(const Client& client,
                                               const std::vector<std::string>& states,
                                               const std::vector<std::string>& types) {
  const auto brokers = brokers_of(client);
  if (!brokers) return std::unexpected(brokers.error());
  std::vector<GroupListing> groups;
  for (const BrokerAddress& broker : *brokers) {
    const auto ask = [&] {
      return ask_broker<wire::ListGroupsResponse>(
          broker, wire::ListGroupsRequest{.states_filter = states, .types_filter = types}, 5);
    };
    auto answer = ask();
    // A part of a list is none, so it is waited for until all groups have been read in.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kAnswerMs);
    while (answer && answer->error_code == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS &&
           std::chrono::steady_clock::now() < deadline) {
      client.poll(100);
      answer = ask();
    }
    if (!answer) return std::unexpected(answer.error());
    if (answer->error_code != 0)
      return std::unexpected(failure_of(answer->error_code, "groups at " + broker.text(), ""));
    for (const auto& group : answer->groups) {
      groups.push_back({group.group_id, group.group_type, group.group_state, group.protocol_type});
    }
  }
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
    if (error) return std::unexpected(error_of(client, error, what));
    return copy(groups[0]);
  }
  return describe_consumer_group(client, group);
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
    return std::unexpected(error_of(client, error, what));
  const auto* list = rd_kafka_group_result_partitions(groups[0]);
  for (int i = 0; list && i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& found = list->elems[i];
    if (found.offset >= 0) offsets.push_back({{found.topic, found.partition}, found.offset});
  }
  std::ranges::sort(offsets, {}, &CommittedOffset::partition);
  return offsets;
}

}  // namespace tenon::cli
