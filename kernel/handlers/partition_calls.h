// SPDX-License-Identifier: Apache-2.0
//
// One partition at a time: finds it by topic name and runs a function on its owner shard. For
// requests that ask each partition a small question (ListOffsets, DeleteRecords,
// OffsetForLeaderEpoch).
#pragma once

#include "handlers/call.h"
#include "replication/partition.h"

namespace tenon::handlers {

// `ask(Partition&)` returns Result<T>, or a Task of it that leaves the partition alone once it has
// waited. kUnknownTopicOrPartition, kNotLeaderOrFollower.
template <class T, class F>
Future<Result<T>> on_partition(Call& call, const metadata::Image& image, const TopicPartition& name,
                               F ask) {
  const metadata::TopicInfo* topic = image.find(name.topic);
  std::optional<Error> refused;
  if (topic == nullptr || name.partition < 0 ||
      static_cast<size_t>(name.partition) >= topic->partitions.size()) {
    refused = Error{Errc::kUnknownTopicOrPartition, name.text(), "there is no such partition"};
  } else if (topic->partitions[static_cast<size_t>(name.partition)].leader != call.services.self) {
    refused = Error{Errc::kNotLeaderOrFollower, name.text(), "another broker leads the partition"};
  }
  if (refused) {
    Promise<Result<T>> promise;
    auto future = promise.future();
    promise.fulfil(std::unexpected(std::move(*refused)));
    return future;
  }
  auto& replicas = call.services.replicas;
  const size_t shard = replicas.owner(topic->id, name.partition);
  return call_on(
      call.scheduler(), replicas.scheduler(shard),
      [&table = replicas.table(shard), id = topic->id, index = name.partition,
       ask = std::move(ask)]() mutable {
        return [](replication::PartitionTable& in, Uuid topic_id, int32_t at,
                  F question) -> Task<Result<T>> {
          auto partition = co_await in.ready(topic_id, at);
          if (!partition) co_return forward(partition);
          if constexpr (detail::TaskValue<
                            std::invoke_result_t<F&, replication::Partition&>>::kIsTask) {
            co_return co_await question(**partition);
          } else {
            co_return question(**partition);
          }
        }(table, id, index, std::move(ask));
      });
}

}  // namespace tenon::handlers
