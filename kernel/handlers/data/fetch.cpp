// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/fetch.h"

#include <algorithm>
#include <unordered_set>

#include "base/trace.h"
#include "handlers/errors.h"

namespace tenon::handlers {
namespace {

using replication::HighWatermarkWait;
using replication::Partition;
using replication::PartitionTable;
using PartitionData = wire::FetchResponse::PartitionData;

// No fetch waits longer, whatever it asks for: a peer that is cut off is not seen to be gone. Who
// wants to wait longer asks again.
constexpr int32_t kWaitMsMax = 30'000;

// The part of a request that counts once its partitions are known.
struct Wanted {
  std::chrono::milliseconds wait;
  uint64_t max_bytes;
  int64_t min_bytes;
};

Wanted wanted_by(const wire::FetchRequest& request, int64_t ours) {
  const int64_t max_bytes = std::min<int64_t>(std::max(request.max_bytes, 0), ours);
  return {.wait = std::chrono::milliseconds(std::clamp(request.max_wait_ms, 0, kWaitMsMax)),
          .max_bytes = static_cast<uint64_t>(max_bytes),
          // More than may be given never comes.
          .min_bytes = std::min<int64_t>(std::max(request.min_bytes, 0), max_bytes)};
}

// One partition of the fetch on its way to the owner shard and back.
struct Read {
  const FetchTarget* target = nullptr;
  Uuid topic;        // resolved
  size_t place = 0;  // in the order of the plan
  PartitionData data;
};

// What all partitions of one request share.
struct ReadLimits {
  uint64_t max_bytes;
  bool committed_only;
};

void refuse(PartitionData& data, const Error& error) {
  data.error_code = error_code(error);
  data.high_watermark = -1;
  data.records = Payload{};
}

// KIP-595: the reader's last epoch ends elsewhere in our log; it must truncate before it reads on.
bool has_diverged(Partition& partition, const wire::FetchRequest::FetchPartition& asked,
                  PartitionData& data) {
  if (asked.last_fetched_epoch < 0) return false;
  const auto [epoch, end] =
      partition.log().end_offset_for_epoch(LeaderEpoch{asked.last_fetched_epoch});
  if (epoch == kNoLeaderEpoch) return false;
  if (epoch.value == asked.last_fetched_epoch && end.value >= asked.fetch_offset) return false;
  data.diverging_epoch = {epoch.value, end.value};
  return true;
}

void read_partition(Partition& partition, const wire::FetchRequest::FetchPartition& asked,
                    uint64_t max_bytes, bool whole_first, PartitionData& data) {
  data.records = Payload{};
  auto fetched = partition.fetch({.offset = Offset{asked.fetch_offset},
                                  .current_leader_epoch = LeaderEpoch{asked.current_leader_epoch},
                                  .max_bytes = max_bytes,
                                  .whole_first = whole_first});
  if (!fetched) {
    refuse(data, fetched.error());
    data.log_start_offset = partition.offsets().log_start.value;
    return;
  }
  data.high_watermark = fetched->high_watermark.value;
  data.last_stable_offset = fetched->last_stable_offset.value;
  data.log_start_offset = fetched->log_start_offset.value;
  data.aborted_transactions.reset();
  if (!has_diverged(partition, asked, data)) data.records = std::move(fetched->records);
}

// Runs on the owner shard.
Task<std::vector<Read>> read_all(PartitionTable& table, std::vector<Read> reads,
                                 uint64_t max_bytes) {
  uint64_t left = max_bytes;
  bool found_any = false;
  for (Read& read : reads) {
    auto partition = co_await table.ready(read.topic, read.target->asked.partition);
    if (!partition) {
      refuse(read.data, partition.error());
      continue;
    }
    const auto wanted = static_cast<uint64_t>(std::max(read.target->asked.partition_max_bytes, 0));
    // The first batch is given whole, even above the limits, so that a reader never stands still.
    read_partition(**partition, read.target->asked, std::min(wanted, left), !found_any, read.data);
    found_any = found_any || !read.data.records->empty();
    left -= std::min(left, read.data.records->bytes);
  }
  co_return reads;
}

class Fetch {
 public:
  Fetch(Call& call, const Wanted& wanted, FetchPlan plan)
      : call_(call), wanted_(wanted), plan_(std::move(plan)), reads_(plan_.targets.size()) {}

  Task<wire::FetchResponse> run() {
    const MonoTime deadline = call_.scheduler().clock().now() + wanted_.wait;
    co_await read();
    while (!satisfied() && call_.scheduler().clock().now() < deadline &&
           !call_.services.replicas.waits_released() && !call_.connection.peer_gone.happened()) {
      co_await wait_until(deadline);
      co_await read();
    }
    co_return respond();
  }

 private:
  // Finds the topic and the owner of each target; what cannot be found is answered at once.
  std::vector<std::vector<Read>> split(const metadata::Image& image);
  Task<void> read();
  bool satisfied() const;
  Task<void> wait_until(MonoTime deadline);
  void keep_within_budget();
  wire::FetchResponse respond();

  Call& call_;
  const Wanted wanted_;
  FetchPlan plan_;
  std::vector<Read> reads_;  // in the order of the plan
};

std::vector<std::vector<Read>> Fetch::split(const metadata::Image& image) {
  auto& replicas = call_.services.replicas;
  std::vector<std::vector<Read>> by_shard(replicas.shards());
  for (size_t i = 0; i < plan_.targets.size(); ++i) {
    const FetchTarget& target = plan_.targets[i];
    const bool by_id = call_.version() >= 13;
    const auto* topic = by_id ? image.find(target.topic_id) : image.find(target.topic);
    Read read{.target = &target, .topic = {}, .place = i, .data = {}};
    read.data.partition_index = target.asked.partition;
    const int32_t index = target.asked.partition;
    if (topic == nullptr) {
      refuse(read.data, {by_id ? Errc::kUnknownTopicId : Errc::kUnknownTopicOrPartition, "", ""});
      reads_[i] = std::move(read);
    } else if (index < 0 || static_cast<size_t>(index) >= topic->partitions.size()) {
      refuse(read.data, {Errc::kUnknownTopicOrPartition, "", ""});
      reads_[i] = std::move(read);
    } else {
      read.topic = topic->id;
      by_shard[replicas.owner(topic->id, index)].push_back(std::move(read));
    }
  }
  return by_shard;
}

Task<void> Fetch::read() {
  const auto image = call_.image();
  auto by_shard = split(*image);
  auto& replicas = call_.services.replicas;
  std::vector<Future<std::vector<Read>>> pending;
  for (size_t shard = 0; shard < by_shard.size(); ++shard) {
    if (by_shard[shard].empty()) continue;
    pending.push_back(call_on(call_.scheduler(), replicas.scheduler(shard),
                              [&table = replicas.table(shard), reads = std::move(by_shard[shard]),
                               max_bytes = wanted_.max_bytes]() mutable {
                                return read_all(table, std::move(reads), max_bytes);
                              }));
  }
  for (auto& future : pending) {
    for (Read& read : co_await std::move(future)) reads_[read.place] = std::move(read);
  }
  keep_within_budget();
}

// Each shard read up to the whole budget; together they may hold more. What comes later in the
// order gives its records back, to be read by the next fetch.
void Fetch::keep_within_budget() {
  uint64_t total = 0;
  for (Read& read : reads_) {
    const uint64_t bytes = read.data.records ? read.data.records->bytes : 0;
    if (total > 0 && total + bytes > wanted_.max_bytes) {
      read.data.records = Payload{};
      continue;
    }
    total += bytes;
  }
}

bool Fetch::satisfied() const {
  int64_t bytes = 0;
  for (const Read& read : reads_) {
    if (read.data.error_code != kNoError || read.data.diverging_epoch.epoch >= 0) return true;
    if (read.data.records) bytes += static_cast<int64_t>(read.data.records->bytes);
  }
  return bytes >= wanted_.min_bytes;
}

Task<void> Fetch::wait_until(MonoTime deadline) {
  auto wait = std::make_shared<HighWatermarkWait>(call_.scheduler());
  auto& replicas = call_.services.replicas;
  std::vector<std::vector<const Read*>> by_shard(replicas.shards());
  for (const Read& read : reads_) {
    if (!read.topic.is_zero()) {
      by_shard[replicas.owner(read.topic, read.data.partition_index)].push_back(&read);
    }
  }
  std::vector<Future<void>> registering;
  for (size_t shard = 0; shard < by_shard.size(); ++shard) {
    if (by_shard[shard].empty()) continue;
    registering.push_back(
        call_on(call_.scheduler(), replicas.scheduler(shard),
                [&replicas, &table = replicas.table(shard), &mine = by_shard[shard], wait] {
                  std::unordered_set<const Partition*> waiting;  // a request may name one twice
                  for (const Read* read : mine) {
                    Partition* partition = table.find(read->topic, read->data.partition_index);
                    // It moved between the read and now: read again.
                    if (partition == nullptr || replicas.waits_released() ||
                        partition->offsets().high_watermark.value != read->data.high_watermark) {
                      wait->wake();
                    } else if (waiting.insert(partition).second) {
                      partition->wait_for_high_watermark(wait);
                    }
                  }
                }));
  }
  const TimerId timer = call_.scheduler().call_at(deadline, [wait] { wait->wake(); });
  auto& peer_gone = call_.connection.peer_gone;
  const auto ticket = peer_gone.subscribe([wait] { wait->wake(); });
  for (auto& registered : registering) co_await std::move(registered);
  co_await wait->woken();
  peer_gone.unsubscribe(ticket);
  call_.scheduler().cancel(timer);
}

wire::FetchResponse Fetch::respond() {
  wire::FetchResponse response;
  response.session_id = plan_.session_id();
  for (Read& read : reads_) {
    const bool news = !plan_.session || plan_.session->note(*read.target, read.data);
    if (plan_.incremental && !news) continue;
    const FetchTarget& target = *read.target;
    if (response.responses.empty() || response.responses.back().topic != target.topic ||
        response.responses.back().topic_id != target.topic_id) {
      response.responses.push_back({target.topic, target.topic_id, {}});
    }
    response.responses.back().partitions.push_back(std::move(read.data));
  }
  return response;
}

}  // namespace

Task<wire::FetchResponse> handle_fetch(Call& call, wire::FetchRequest request) {
  trace(TraceWay::kIn, "handlers/data/fetch");
  auto& sessions = call.services.fetch_sessions.at(call.shard);
  auto plan =
      sessions.plan(request, call.version(), call.scheduler().clock().now(), call.services.random);
  if (!plan) {
    wire::FetchResponse refused;
    refused.error_code = error_code(plan.error());
    co_return refused;
  }
  const Wanted wanted = wanted_by(request, call.services.settings.fetch.bytes_max);
  // The plan has its own; a fetch that waits must not keep them.
  request.topics = {};
  request.forgotten_topics_data = {};
  Fetch fetch(call, wanted, std::move(*plan));
  auto response = co_await fetch.run();
  trace(TraceWay::kOut, "handlers/data/fetch");
  co_return response;
}

}  // namespace tenon::handlers
