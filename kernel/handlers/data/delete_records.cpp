// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/delete_records.h"

#include "handlers/errors.h"
#include "handlers/partition_calls.h"

namespace tenon::handlers {
namespace {

constexpr int64_t kToHighWatermark = -1;

// The log start after it.
Task<Result<Offset>> delete_before(replication::Partition& partition, int64_t offset) {
  const auto offsets = partition.offsets();
  const Offset to = offset == kToHighWatermark ? offsets.high_watermark : Offset{offset};
  if (to < Offset{0} || to > offsets.high_watermark) {
    co_return fail(Errc::kOffsetOutOfRange, partition.name().text(),
                   "the offset is beyond the high watermark");
  }
  if (partition.log().config().cleanup_policy.compact &&
      !partition.log().config().cleanup_policy.remove) {
    co_return fail(Errc::kPolicyViolation, partition.name().text(),
                   "records of a compacted topic are not deleted by offset");
  }
  co_return co_await partition.log().delete_records(to);
}

}  // namespace

Task<wire::DeleteRecordsResponse> handle_delete_records(Call& call,
                                                        wire::DeleteRecordsRequest request) {
  const auto image = call.image();
  wire::DeleteRecordsResponse response;
  for (const auto& topic : request.topics) {
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    for (const auto& asked : topic.partitions) {
      auto start = co_await on_partition<Offset>(
          call, *image, {topic.name, asked.partition_index},
          [offset = asked.offset](replication::Partition& p) { return delete_before(p, offset); });
      answers.partitions.push_back({.partition_index = asked.partition_index,
                                    .low_watermark = start ? start->value : -1,
                                    .error_code = start ? kNoError : error_code(start.error())});
    }
  }
  co_return response;
}

}  // namespace tenon::handlers
