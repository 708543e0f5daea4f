// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/list_offsets.h"

#include <algorithm>

#include "handlers/errors.h"
#include "handlers/partition_calls.h"

namespace tenon::handlers {
namespace {

// Timestamps with a meaning.
constexpr int64_t kLatest = -1;
constexpr int64_t kEarliest = -2;
constexpr int64_t kMaxTimestamp = -3;   // version 7, KIP-734
constexpr int64_t kEarliestLocal = -4;  // version 8, KIP-405
constexpr int64_t kLatestTiered = -5;   // version 9, KIP-1005

using Asked = wire::ListOffsetsRequest::ListOffsetsPartition;
using Answer = wire::ListOffsetsResponse::ListOffsetsPartitionResponse;
using Found = std::optional<log::TimestampOffset>;

Found at_offset(replication::Partition& partition, Offset offset) {
  return log::TimestampOffset{
      .timestamp_ms = -1, .offset = offset, .epoch = partition.log().epoch_for_offset(offset)};
}

// Nothing at or above the high watermark is there for a consumer.
Result<Found> below_high_watermark(replication::Partition& partition, Result<Found> found) {
  if (found && *found && (*found)->offset >= partition.offsets().high_watermark) return Found{};
  return found;
}

Result<Found> look_up(replication::Partition& partition, const Asked& asked, int16_t version) {
  if (auto fenced = partition.check_leader_epoch(LeaderEpoch{asked.current_leader_epoch});
      !fenced) {
    return forward(fenced);
  }
  const auto offsets = partition.offsets();
  if (asked.timestamp == kLatest) {
    return Found{
        {.timestamp_ms = -1, .offset = offsets.high_watermark, .epoch = partition.leader_epoch()}};
  }
  if (asked.timestamp == kEarliest) return at_offset(partition, offsets.log_start);
  if (asked.timestamp == kEarliestLocal && version >= 8) {
    return at_offset(partition, offsets.log_start);
  }
  // Nothing is tiered here: no offset.
  if (asked.timestamp == kLatestTiered && version >= 9) return Found{};
  if (asked.timestamp == kMaxTimestamp && version >= 7) {
    return below_high_watermark(partition, partition.log().max_timestamp());
  }
  if (asked.timestamp < 0) {
    return fail(Errc::kUnsupportedVersion, partition.name().text(),
                "no such special timestamp in this version");
  }
  return below_high_watermark(partition, partition.log().offset_for_time(asked.timestamp));
}

void answer(Answer& to, const Result<Found>& found, const Asked& asked, int16_t version) {
  if (!found) {
    to.error_code = error_code(found.error());
    return;
  }
  if (!*found) return;  // -1, -1
  to.timestamp = (*found)->timestamp_ms;
  to.offset = (*found)->offset.value;
  to.leader_epoch = (*found)->epoch.value;
  if (version == 0 && asked.max_num_offsets > 0) to.old_style_offsets = {to.offset};
}

}  // namespace

Task<wire::ListOffsetsResponse> handle_list_offsets(Call& call, wire::ListOffsetsRequest request) {
  const auto image = call.image();
  const int16_t version = call.version();
  std::vector<Future<Result<Found>>> pending;
  for (const auto& topic : request.topics) {
    for (const Asked& asked : topic.partitions) {
      pending.push_back(on_partition<Found>(
          call, *image, {topic.name, asked.partition_index},
          [asked, version](replication::Partition& p) { return look_up(p, asked, version); }));
    }
  }
  wire::ListOffsetsResponse response;
  size_t next = 0;
  for (const auto& topic : request.topics) {
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    for (const Asked& asked : topic.partitions) {
      Answer to{.partition_index = asked.partition_index};
      answer(to, co_await std::move(pending[next++]), asked, version);
      answers.partitions.push_back(std::move(to));
    }
  }
  co_return response;
}

}  // namespace tenon::handlers
