// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/produce.h"

#include "base/trace.h"
#include "handlers/errors.h"

namespace tenon::handlers {
namespace {

using replication::PartitionTable;
using replication::ProduceOptions;
using Appended = Result<log::AppendInfo>;
using PartitionAnswer = wire::ProduceResponse::PartitionProduceResponse;

// The records of one partition of the request, and where its answer goes.
struct Part {
  const metadata::TopicInfo* topic;
  int32_t index;
  MutableBytes records;
  PartitionAnswer* answer;
  replication::GuardSink findings{};  // filled on the owner shard, read back here
};

// Runs on the owner shard. Every append is made before the first suspension: that is what keeps the
// order of requests that follow each other on a connection.
Task<std::vector<Appended>> append_all(PartitionTable& table, std::span<Part> parts,
                                       ProduceOptions options) {
  std::vector<Future<Appended>> pending;
  pending.reserve(parts.size());
  for (Part& part : parts) {
    options.findings = &part.findings;
    pending.push_back(table.append(part.topic->id, part.index, part.records, options));
  }
  std::vector<Appended> results;
  results.reserve(parts.size());
  for (auto& future : pending) results.push_back(co_await std::move(future));
  co_return results;
}

void answer(PartitionAnswer& to, const Appended& appended) {
  if (appended) {
    to.base_offset = appended->base_offset.value;
    to.log_append_time_ms = appended->log_append_time_ms;
    to.log_start_offset = appended->log_start_offset.value;
    return;
  }
  to.error_code = error_code(appended.error());
  to.base_offset = -1;
  to.error_message = appended.error().text();
}

// What the partitioner guard has found is told to the operator and, when the batch was refused, to
// the client, record by record (KIP-467).
void tell_findings(Call& call, const Part& part) {
  const net::ConnectionInfo& from = call.connection;
  const auto& id = call.header.client_id;
  const GuardedClient client{.client_id = id ? std::string_view(*id) : std::string_view(),
                             .software_name = from.client_software_name,
                             .software_version = from.client_software_version,
                             .host = from.peer_host,
                             .port = from.peer_port};
  const replication::GuardFindings& found = *part.findings;
  call.services.guard_ledger.report({part.topic->name, part.index}, client, found,
                                    call.scheduler().clock().now());
  if (!found.refused) return;
  for (const auto& record : found.first) {
    part.answer->record_errors.push_back(
        {.batch_index = record.index, .batch_index_error_message = found.sentence(record)});
  }
}

// The batches that are for partitions that exist, by owner shard; the others are answered at once.
class Split {
 public:
  Split(Call& call, const metadata::Image& image) : call_(call), image_(image) {
    by_shard_.resize(call.services.replicas.shards());
  }

  void add(const std::string& name, const wire::ProduceRequest::PartitionProduceData& data,
           PartitionAnswer& to) {
    to.index = data.index;
    const metadata::TopicInfo* topic = image_.find(name);
    if (topic == nullptr || data.index < 0 ||
        static_cast<size_t>(data.index) >= topic->partitions.size()) {
      answer(to, fail(Errc::kUnknownTopicOrPartition, name + "-" + std::to_string(data.index),
                      "there is no such partition"));
      return;
    }
    const auto& partition = topic->partitions[static_cast<size_t>(data.index)];
    if (partition.leader != call_.services.self) {
      answer(to, fail(Errc::kNotLeaderOrFollower, name, "another broker leads the partition"));
      to.current_leader = {partition.leader.value, partition.leader_epoch.value};
      return;
    }
    if (topic->internal) {
      answer(to, fail(Errc::kInvalidTopic, name, "clients may not write to an internal topic"));
      return;
    }
    by_shard_[call_.services.replicas.owner(topic->id, data.index)].push_back(
        {topic, data.index, data.records.value_or(MutableBytes{}), &to});
  }
  std::vector<std::vector<Part>>& by_shard() { return by_shard_; }

 private:
  Call& call_;
  const metadata::Image& image_;
  std::vector<std::vector<Part>> by_shard_;
};

std::optional<Error> refusal(const wire::ProduceRequest& request) {
  if (request.acks < -1 || request.acks > 1) {
    return Error{Errc::kInvalidRequiredAcks, "", "acks must be -1, 0 or 1"};
  }
  if (request.transactional_id) {
    return Error{Errc::kTransactionalIdNotSupported, *request.transactional_id,
                 "this broker offers no transactions"};
  }
  return std::nullopt;
}

wire::ProduceResponse shape_of(const wire::ProduceRequest& request) {
  wire::ProduceResponse response;
  response.responses.resize(request.topic_data.size());
  for (size_t t = 0; t < request.topic_data.size(); ++t) {
    response.responses[t].name = request.topic_data[t].name;
    response.responses[t].partition_responses.resize(request.topic_data[t].partition_data.size());
  }
  return response;
}

// Fills the shape from `from(topic, partition data, answer)`.
template <class Fn>
void for_each_part(const wire::ProduceRequest& request, wire::ProduceResponse& response, Fn fn) {
  for (size_t t = 0; t < request.topic_data.size(); ++t) {
    const auto& topic = request.topic_data[t];
    for (size_t p = 0; p < topic.partition_data.size(); ++p) {
      fn(topic.name, topic.partition_data[p], response.responses[t].partition_responses[p]);
    }
  }
}

Task<void> append_by_shard(Call& call, std::vector<std::vector<Part>>& by_shard,
                           ProduceOptions options) {
  std::vector<std::pair<size_t, Future<std::vector<Appended>>>> pending;
  for (size_t shard = 0; shard < by_shard.size(); ++shard) {
    if (by_shard[shard].empty()) continue;
    auto& replicas = call.services.replicas;
    pending.emplace_back(shard, call_on(call.scheduler(), replicas.scheduler(shard),
                                        [&table = replicas.table(shard), &parts = by_shard[shard],
                                         options] { return append_all(table, parts, options); }));
  }
  for (auto& [shard, future] : pending) {
    const auto results = co_await std::move(future);
    for (size_t i = 0; i < results.size(); ++i) {
      const Part& part = by_shard[shard][i];
      answer(*part.answer, results[i]);
      if (part.findings) tell_findings(call, part);
    }
  }
}

std::optional<int16_t> first_error(const wire::ProduceResponse& response) {
  for (const auto& topic : response.responses) {
    for (const auto& partition : topic.partition_responses) {
      if (partition.error_code != kNoError) return partition.error_code;
    }
  }
  return std::nullopt;
}

void refuse_all(const wire::ProduceRequest& request, const Error& error,
                wire::ProduceResponse& response) {
  for_each_part(request, response, [&](const auto&, const auto& data, auto& to) {
    to.index = data.index;
    answer(to, std::unexpected(error));
  });
}

// With acks=0 there is no response: a client learns of an error by the end of its connection.
Result<std::optional<wire::ProduceResponse>> conclude(const wire::ProduceRequest& request,
                                                      wire::ProduceResponse response) {
  if (request.acks != replication::kAcksNone) return std::optional(std::move(response));
  if (const auto error = first_error(response)) {
    return fail(Errc::kInvalidRequest, "produce with acks=0",
                "a batch was refused with error " + std::to_string(*error));
  }
  return std::nullopt;
}

}  // namespace

Task<Result<std::optional<wire::ProduceResponse>>> handle_produce(Call& call,
                                                                  wire::ProduceRequest request) {
  trace(TraceWay::kIn, "handlers/data/produce");
  wire::ProduceResponse response = shape_of(request);
  if (const auto refused = refusal(request)) {
    refuse_all(request, *refused, response);
  } else {
    const auto image = call.image();
    Split split(call, *image);
    for_each_part(request, response,
                  [&](const auto& name, const auto& data, auto& to) { split.add(name, data, to); });
    const auto timeout = std::chrono::milliseconds(std::max(request.timeout_ms, 0));
    co_await append_by_shard(call, split.by_shard(),
                             {.acks = request.acks,
                              .deadline = call.scheduler().clock().now() + timeout,
                              .allow_zstd = call.version() >= 7});
  }
  trace(TraceWay::kOut, "handlers/data/produce");
  co_return conclude(request, std::move(response));
}

}  // namespace tenon::handlers
