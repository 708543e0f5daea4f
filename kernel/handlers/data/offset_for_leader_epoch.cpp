// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/offset_for_leader_epoch.h"

#include "handlers/errors.h"
#include "handlers/partition_calls.h"

namespace tenon::handlers {
namespace {

using Asked = wire::OffsetForLeaderEpochRequest::OffsetForLeaderPartition;
using EpochEnd = std::pair<LeaderEpoch, Offset>;

Result<EpochEnd> epoch_end(replication::Partition& partition, const Asked& asked) {
  if (auto fenced = partition.check_leader_epoch(LeaderEpoch{asked.current_leader_epoch});
      !fenced) {
    return forward(fenced);
  }
  // The leader's own epoch ends at the log's end.
  if (asked.leader_epoch == partition.leader_epoch().value) {
    return EpochEnd{partition.leader_epoch(), partition.offsets().high_watermark};
  }
  return partition.log().end_offset_for_epoch(LeaderEpoch{asked.leader_epoch});
}

}  // namespace

Task<wire::OffsetForLeaderEpochResponse> handle_offset_for_leader_epoch(
    Call& call, wire::OffsetForLeaderEpochRequest request) {
  const auto image = call.image();
  wire::OffsetForLeaderEpochResponse response;
  for (const auto& topic : request.topics) {
    auto& answers = response.topics.emplace_back();
    answers.topic = topic.topic;
    for (const Asked& asked : topic.partitions) {
      auto end = co_await on_partition<EpochEnd>(
          call, *image, {topic.topic, asked.partition},
          [asked](replication::Partition& p) { return epoch_end(p, asked); });
      auto& answer = answers.partitions.emplace_back();
      answer.partition = asked.partition;
      answer.error_code = end ? kNoError : error_code(end.error());
      if (end) answer.leader_epoch = end->first.value;
      if (end) answer.end_offset = end->second.value;
    }
  }
  co_return response;
}

}  // namespace tenon::handlers
