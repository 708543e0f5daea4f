// SPDX-License-Identifier: Apache-2.0

#include "cli/client/group_admin.h"

#include <chrono>

#include "cli/client/admin_call.h"
#include "cli/client/wire_call.h"
#include "wire/admin/incremental_alter_configs.h"

namespace tenon::cli {
namespace {

constexpr int8_t kGroupResource = 32;  // ConfigResource.Type GROUP (KIP-848)
constexpr int8_t kSet = 0;             // AlterConfigOp.OpType
constexpr int8_t kDelete = 1;
constexpr int kTimesMs = 3000;

using AlterRequest =
    Owned<rd_kafka_AlterConsumerGroupOffsets_t, rd_kafka_AlterConsumerGroupOffsets_destroy>;
using DeleteOffsetsRequest =
    Owned<rd_kafka_DeleteConsumerGroupOffsets_t, rd_kafka_DeleteConsumerGroupOffsets_destroy>;
using DeleteGroupRequest = Owned<rd_kafka_DeleteGroup_t, rd_kafka_DeleteGroup_destroy>;

PartitionList list_of(const std::vector<TopicPartition>& partitions) {
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const auto& [topic, partition] : partitions)
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition);
  return list;
}

// What a result of one group says of its partitions.
Outcome<std::vector<PartitionResult>> results_of(const Client& client,
                                                 const rd_kafka_group_result_t** groups,
                                                 size_t count, const std::string& what) {
  std::vector<PartitionResult> results;
  if (count == 0) return results;
  if (const auto* error = rd_kafka_group_result_error(groups[0])) {
    return std::unexpected(
        client.failure(rd_kafka_error_code(error), what, rd_kafka_error_string(error)));
  }
  const auto* list = rd_kafka_group_result_partitions(groups[0]);
  for (int i = 0; list && i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    results.push_back({{one.topic, one.partition}, one.err});
  }
  return results;
}

}  // namespace

Outcome<std::vector<PartitionResult>> alter_offsets(const Client& client, const std::string& group,
                                                    const std::vector<CommittedOffset>& offsets) {
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const CommittedOffset& one : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), one.partition.first.c_str(), one.partition.second)
        ->offset = one.offset;
  }
  const AlterRequest request(rd_kafka_AlterConsumerGroupOffsets_new(group.c_str(), list.get()));
  auto* raw = request.get();
  const std::string what = "the offsets of group " + group;
  auto answer =
      admin_call(client, RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, what,
                 [&](const auto* options, auto* queue) {
                   rd_kafka_AlterConsumerGroupOffsets(client.raw(), &raw, 1, options, queue);
                 });
  if (!answer) return std::unexpected(std::move(answer.error()));
  size_t count = 0;
  const auto** groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(
      rd_kafka_event_AlterConsumerGroupOffsets_result(answer->get()), &count);
  return results_of(client, groups, count, what);
}

Outcome<std::vector<PartitionResult>> delete_offsets(
    const Client& client, const std::string& group, const std::vector<TopicPartition>& partitions) {
  const PartitionList list = list_of(partitions);
  const DeleteOffsetsRequest request(
      rd_kafka_DeleteConsumerGroupOffsets_new(group.c_str(), list.get()));
  auto* raw = request.get();
  const std::string what = "the offsets of group " + group;
  auto answer =
      admin_call(client, RD_KAFKA_ADMIN_OP_DELETECONSUMERGROUPOFFSETS, what,
                 [&](const auto* options, auto* queue) {
                   rd_kafka_DeleteConsumerGroupOffsets(client.raw(), &raw, 1, options, queue);
                 });
  if (!answer) return std::unexpected(std::move(answer.error()));
  size_t count = 0;
  const auto** groups = rd_kafka_DeleteConsumerGroupOffsets_result_groups(
      rd_kafka_event_DeleteConsumerGroupOffsets_result(answer->get()), &count);
  return results_of(client, groups, count, what);
}

Outcome<std::vector<std::optional<Failure>>> delete_groups(const Client& client,
                                                           const std::vector<std::string>& groups) {
  std::vector<std::optional<Failure>> results;
  // One by one: each has a coordinator of its own, and one that is not there stops no other.
  for (const std::string& group : groups) {
    const DeleteGroupRequest request(rd_kafka_DeleteGroup_new(group.c_str()));
    auto* raw = request.get();
    const std::string what = "group " + group;
    auto answer = admin_call(client, RD_KAFKA_ADMIN_OP_DELETEGROUPS, what,
                             [&](const auto* options, auto* queue) {
                               rd_kafka_DeleteGroups(client.raw(), &raw, 1, options, queue);
                             });
    if (!answer) return std::unexpected(std::move(answer.error()));
    size_t count = 0;
    const auto** deleted = rd_kafka_DeleteGroups_result_groups(
        rd_kafka_event_DeleteGroups_result(answer->get()), &count);
    const auto* error = count == 1 ? rd_kafka_group_result_error(deleted[0]) : nullptr;
    if (error) {
      results.push_back(
          client.failure(rd_kafka_error_code(error), what, rd_kafka_error_string(error)));
    } else {
      results.emplace_back();
    }
  }
  return results;
}

Outcome<> alter_group(const Client& client, const std::string& group,
                      const std::map<std::string, std::optional<std::string>>& configs) {
  const auto brokers = brokers_of(client);
  if (!brokers) return std::unexpected(brokers.error());
  wire::IncrementalAlterConfigsRequest request;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = kGroupResource;
  resource.resource_name = group;
  for (const auto& [name, value] : configs) {
    resource.configs.push_back(
        {.name = name, .config_operation = value ? kSet : kDelete, .value = value});
  }
  auto answer =
      ask_broker<wire::IncrementalAlterConfigsResponse>(brokers->front(), std::move(request), 1);
  if (!answer) return std::unexpected(answer.error());
  for (const auto& response : answer->responses) {
    if (response.error_code == 0) continue;
    return std::unexpected(
        failure_of(response.error_code, "group " + group, response.error_message.value_or("")));
  }
  return {};
}

Outcome<std::map<TopicPartition, std::optional<int64_t>>> offsets_at(
    const Client& client, const std::vector<TopicPartition>& partitions, int64_t time_ms) {
  PartitionList list = list_of(partitions);
  for (int i = 0; i < list->cnt; ++i) list->elems[i].offset = time_ms;
  const auto error = rd_kafka_offsets_for_times(client.raw(), list.get(), kAnswerMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::unexpected(client.failure(error, "offsets at a time"));
  std::map<TopicPartition, std::optional<int64_t>> found;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    found[{one.topic, one.partition}] = one.offset >= 0 ? std::optional(one.offset) : std::nullopt;
  }
  return found;
}

std::map<TopicPartition, int64_t> record_times(const Client& client,
                                               const std::vector<CommittedOffset>& offsets) {
  std::map<TopicPartition, int64_t> times;
  std::vector<std::pair<TopicHandle, int32_t>> started;
  const Queue queue(rd_kafka_queue_new(client.raw()));
  for (const CommittedOffset& one : offsets) {
    TopicHandle topic(rd_kafka_topic_new(client.raw(), one.partition.first.c_str(), nullptr));
    if (!topic || rd_kafka_consume_start_queue(topic.get(), one.partition.second, one.offset,
                                               queue.get()) != 0) {
      continue;
    }
    started.emplace_back(std::move(topic), one.partition.second);
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kTimesMs);
  while (times.size() < started.size() && std::chrono::steady_clock::now() < deadline) {
    const Message message(rd_kafka_consume_queue(queue.get(), 100));
    if (!message || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    rd_kafka_timestamp_type_t type{};
    const int64_t time_ms = rd_kafka_message_timestamp(message.get(), &type);
    // The first of each partition is the one at its offset.
    if (type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE)
      times.emplace(TopicPartition(rd_kafka_topic_name(message->rkt), message->partition), time_ms);
  }
  for (const auto& [topic, partition] : started) rd_kafka_consume_stop(topic.get(), partition);
  return times;
}

}  // namespace tenon::cli
