// SPDX-License-Identifier: Apache-2.0

#include "requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "java_partition.h"
#include "load.h"
#include "process.h"
#include "record/builder.h"

#include "wire/admin/create_topics.h"
#include "wire/admin/delete_topics.h"
#include "wire/codec.h"
#include "wire/data/fetch.h"
#include "wire/data/produce.h"
#include "wire/groups/consumer_group_heartbeat.h"
#include "wire/groups/find_coordinator.h"
#include "wire/groups/list_groups.h"
#include "wire/groups/offset_commit.h"
#include "wire/header.h"

namespace tenon::bench {
namespace {

constexpr int16_t kProduceVersion = 9;
constexpr int16_t kFetchVersion = 12;
constexpr int16_t kCreateVersion = 5;
constexpr int16_t kDeleteVersion = 4;
constexpr int16_t kListVersion = 5;
constexpr int16_t kCommitVersion = 8;
constexpr int32_t kTimeoutMs = 30'000;
// Of a record, besides its value, at the sizes that are used here.
constexpr size_t kRecordOverhead = 10;
constexpr size_t kKeyBytes = 15;  // "customer-000017"

template <class M>
Bytes frame_of(M message, int16_t version) {
  Bytes frame(4);
  wire::encode_request_header({M::kApiKey, version, 1, "tenon-bench"}, frame);
  const Bytes body = wire::encode_bytes(std::move(message), version);
  frame.insert(frame.end(), body.begin(), body.end());
  store_be<int32_t>(frame.data(), static_cast<int32_t>(frame.size() - 4));
  return frame;
}

template <class M>
M response_of(ByteView reply, int16_t version) {
  auto message = wire::decode<M>(reply.subspan(version >= M::kFlexibleSince ? 5 : 4), version);
  if (!message) die("an answer cannot be read: " + message.error().text());
  return std::move(*message);
}

}  // namespace

Bytes make_batch(size_t bytes, size_t record_bytes) {
  const Bytes value(record_bytes, 'x');
  record::BatchBuilder builder;
  do {
    builder.add({.timestamp_ms = 1'700'000'000'000, .value = value});
  } while (builder.size_bytes() + record_bytes + kRecordOverhead <= bytes);
  return builder.build();
}

Bytes make_keyed_batch(size_t bytes, size_t record_bytes, int32_t partition) {
  const Bytes value(record_bytes, 'x');
  record::BatchBuilder builder;
  for (int customer = 0; builder.size_bytes() + record_bytes + kKeyBytes + kRecordOverhead <= bytes;
       ++customer) {
    const std::string key = fmt::format("customer-{:06}", customer);
    if (java_partition(key, kKeyedPartitions) != partition) continue;
    builder.add({.timestamp_ms = 1'700'000'000'000, .key = as_bytes(key), .value = value});
  }
  return builder.build();
}

int32_t records_in(const Bytes& batch) {
  return record::BatchView(batch).count();
}

Bytes produce_frame(const std::string& topic, int32_t partition, Bytes batch) {
  wire::ProduceRequest request{.acks = -1, .timeout_ms = kTimeoutMs};
  request.topic_data.push_back(
      {.name = topic, .partition_data = {{.index = partition, .records = MutableBytes(batch)}}});
  return frame_of(std::move(request), kProduceVersion);
}

void check_produced(ByteView reply) {
  const auto response = response_of<wire::ProduceResponse>(reply, kProduceVersion);
  const int16_t error = response.responses.at(0).partition_responses.at(0).error_code;
  if (error != 0) die(fmt::format("a batch was refused with error {}", error));
}

Bytes fetch_frame(const FetchSpec& spec) {
  wire::FetchRequest request{
      .max_wait_ms = spec.wait_ms, .min_bytes = 1, .max_bytes = spec.bytes_max};
  request.topics.push_back({.topic = spec.topic,
                            .partitions = {{.partition = spec.partition,
                                            .fetch_offset = spec.offset,
                                            .partition_max_bytes = spec.bytes_max}}});
  return frame_of(std::move(request), kFetchVersion);
}

void await_coordinator(uint16_t port, const std::string& group) {
  Connection connection(port);
  connection.send(frame_of(wire::FindCoordinatorRequest{.key = group}, 0));
  connection.receive_frame();
  for (int tries = 0; tries < 3'000; ++tries) {
    connection.send(frame_of(wire::ListGroupsRequest{}, kListVersion));
    const auto listed =
        response_of<wire::ListGroupsResponse>(connection.receive_frame(), kListVersion);
    connection.send(frame_of(wire::FindCoordinatorRequest{.key = group}, 0));
    const auto found = response_of<wire::FindCoordinatorResponse>(connection.receive_frame(), 0);
    if (listed.error_code == 0 && found.error_code == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  die("the groups are not served");
}

Bytes commit_frame(const std::string& group, const std::string& topic, int32_t partitions) {
  wire::OffsetCommitRequest request{.group_id = group};
  request.generation_id_or_member_epoch = -1;
  auto& one = request.topics.emplace_back();
  one.name = topic;
  for (int32_t i = 0; i < partitions; ++i) {
    one.partitions.push_back({.partition_index = i, .committed_offset = 17});
  }
  return frame_of(std::move(request), kCommitVersion);
}

void check_committed(ByteView reply) {
  const auto response = response_of<wire::OffsetCommitResponse>(reply, kCommitVersion);
  const int16_t error = response.topics.at(0).partitions.at(0).error_code;
  if (error != 0) die(fmt::format("a commit was refused with error {}", error));
}

void check_groups(uint16_t port, size_t count) {
  Connection connection(port);
  connection.send(frame_of(wire::ListGroupsRequest{}, kListVersion));
  const auto listed =
      response_of<wire::ListGroupsResponse>(connection.receive_frame(), kListVersion);
  if (listed.groups.size() < count) die(fmt::format("there are {} groups", listed.groups.size()));
}

Bytes join_frame(const GroupMember& member) {
  wire::ConsumerGroupHeartbeatRequest request{.group_id = member.group, .member_id = member.id};
  request.rebalance_timeout_ms = 300'000;
  request.subscribed_topic_names = std::vector<std::string>{member.topic};
  request.topic_partitions.emplace();
  if (!member.assignor.empty()) request.server_assignor = member.assignor;
  return frame_of(std::move(request), 1);
}

Bytes heartbeat_frame(const GroupMember& member, int32_t epoch) {
  return frame_of(
      wire::ConsumerGroupHeartbeatRequest{
          .group_id = member.group, .member_id = member.id, .member_epoch = epoch},
      1);
}

int32_t check_heartbeat(ByteView reply) {
  const auto response = response_of<wire::ConsumerGroupHeartbeatResponse>(reply, 1);
  if (response.error_code != 0) {
    die(fmt::format("a heartbeat was refused with error {}: {}", response.error_code,
                    response.error_message.value_or("")));
  }
  return response.member_epoch;
}

Topic::Topic(uint16_t port, std::string name, int32_t partitions, const std::string& fsync,
             const Configs& configs)
    : port_(port), name_(std::move(name)) {
  make_topic(port_, name_, partitions, fsync, configs);
}

void make_topic(uint16_t port, const std::string& name, int32_t partitions,
                const std::string& fsync, const Configs& configs) {
  wire::CreateTopicsRequest request{.timeout_ms = kTimeoutMs};
  request.topics.push_back({.name = name,
                            .num_partitions = partitions,
                            .replication_factor = 1,
                            .configs = {{.name = "tenon.fsync", .value = fsync}}});
  for (const auto& [key, value] : configs) {
    request.topics.back().configs.push_back({.name = key, .value = value});
  }
  Connection connection(port);
  connection.send(frame_of(std::move(request), kCreateVersion));
  const auto response =
      response_of<wire::CreateTopicsResponse>(connection.receive_frame(), kCreateVersion);
  if (response.topics.at(0).error_code != 0) die("the topic " + name + " cannot be made");
}

Topic::~Topic() {
  Connection connection(port_);
  wire::DeleteTopicsRequest request{.topic_names = {name_}, .timeout_ms = kTimeoutMs};
  connection.send(frame_of(std::move(request), kDeleteVersion));
  connection.receive_frame();
}

}  // namespace tenon::bench
