// SPDX-License-Identifier: Apache-2.0

#include "requests.h"

#include <fmt/format.h>

#include <algorithm>

#include "java_partition.h"
#include "load.h"
#include "process.h"
#include "record/builder.h"

#include "wire/admin/create_topics.h"
#include "wire/admin/delete_topics.h"
#include "wire/codec.h"
#include "wire/data/fetch.h"
#include "wire/data/produce.h"
#include "wire/header.h"

namespace tenon::bench {
namespace {

constexpr int16_t kProduceVersion = 9;
constexpr int16_t kFetchVersion = 12;
constexpr int16_t kCreateVersion = 5;
constexpr int16_t kDeleteVersion = 4;
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

Topic::Topic(uint16_t port, std::string name, int32_t partitions, const std::string& fsync,
             const Configs& configs)
    : port_(port), name_(std::move(name)) {
  wire::CreateTopicsRequest request{.timeout_ms = kTimeoutMs};
  request.topics.push_back({.name = name_,
                            .num_partitions = partitions,
                            .replication_factor = 1,
                            .configs = {{.name = "tenon.fsync", .value = fsync}}});
  for (const auto& [key, value] : configs) {
    request.topics.back().configs.push_back({.name = key, .value = value});
  }
  Connection connection(port_);
  connection.send(frame_of(std::move(request), kCreateVersion));
  const auto response =
      response_of<wire::CreateTopicsResponse>(connection.receive_frame(), kCreateVersion);
  if (response.topics.at(0).error_code != 0) die("the topic " + name_ + " cannot be made");
}

Topic::~Topic() {
  Connection connection(port_);
  wire::DeleteTopicsRequest request{.topic_names = {name_}, .timeout_ms = kTimeoutMs};
  connection.send(frame_of(std::move(request), kDeleteVersion));
  connection.receive_frame();
}

}  // namespace tenon::bench
