// SPDX-License-Identifier: Apache-2.0

#include "cli/produce/producer.h"

#include <fmt/format.h>

#include <array>

#include "cli/client/errors.h"

namespace tenon::cli {
namespace {

// How long a record may wait for a broker to take it.
constexpr const char* kDeliveryMs = "30000";

rd_kafka_vu_t entry(rd_kafka_vtype_t type) {
  rd_kafka_vu_t made{};
  made.vtype = type;
  return made;
}

rd_kafka_vu_t bytes_entry(rd_kafka_vtype_t type, const std::optional<std::string_view>& bytes) {
  rd_kafka_vu_t made = entry(type);
  // Null bytes have a null pointer; empty ones point somewhere.
  made.u.mem.ptr = bytes ? const_cast<char*>(bytes->empty() ? "" : bytes->data()) : nullptr;
  made.u.mem.size = bytes ? bytes->size() : 0;
  return made;
}

}  // namespace

Outcome<std::unique_ptr<Producer>> Producer::connect(const Shell& shell,
                                                     const ProducerOptions& options) {
  std::unique_ptr<Producer> producer(new Producer());
  ClientOptions client{.type = RD_KAFKA_PRODUCER,
                       .properties = {{"acks", std::to_string(options.acks)},
                                      {"enable.idempotence", options.acks == -1 ? "true" : "false"},
                                      {"compression.codec", options.codec},
                                      {"message.timeout.ms", kDeliveryMs}},
                       .on_delivery = &Producer::on_delivery};
  auto connected = Client::connect(shell, client);
  if (!connected) return std::unexpected(std::move(connected.error()));
  producer->client_ = std::move(*connected);
  if (!options.headers.empty()) {
    producer->headers_.reset(rd_kafka_headers_new(options.headers.size()));
    for (const auto& [name, value] : options.headers)
      rd_kafka_header_add(producer->headers_.get(), name.data(), std::ssize(name), value.data(),
                          std::ssize(value));
  }
  return producer;
}

Producer::~Producer() {
  // Records that were never delivered would keep the client waiting.
  if (client_) drop();
}

void Producer::drop() {
  rd_kafka_purge(client_->raw(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

void Producer::set_topic(const TopicMetadata& topic) {
  topic_.reset(rd_kafka_topic_new(client_->raw(), topic.name.c_str(), nullptr));
  tally_.by_partition.assign(topic.partitions.size(), 0);
}

KafkaError Producer::enqueue(int32_t partition, const LineRecord& record, int64_t timestamp_ms) {
  std::array<rd_kafka_vu_t, 8> entries;
  size_t count = 0;
  (entries[count++] = entry(RD_KAFKA_VTYPE_RKT)).u.rkt = topic_.get();
  (entries[count++] = entry(RD_KAFKA_VTYPE_PARTITION)).u.i32 = partition;
  (entries[count++] = entry(RD_KAFKA_VTYPE_MSGFLAGS)).u.i = RD_KAFKA_MSG_F_COPY;
  (entries[count++] = entry(RD_KAFKA_VTYPE_TIMESTAMP)).u.i64 = timestamp_ms;
  (entries[count++] = entry(RD_KAFKA_VTYPE_OPAQUE)).u.ptr = this;
  entries[count++] = bytes_entry(RD_KAFKA_VTYPE_KEY, record.key);
  entries[count++] = bytes_entry(RD_KAFKA_VTYPE_VALUE, record.value);
  rd_kafka_headers_t* headers = headers_ ? rd_kafka_headers_copy(headers_.get()) : nullptr;
  if (headers) (entries[count++] = entry(RD_KAFKA_VTYPE_HEADERS)).u.headers = headers;
  KafkaError error(rd_kafka_produceva(client_->raw(), entries.data(), count));
  // Queued headers are librdkafka's, refused ones remain ours.
  if (error && headers) rd_kafka_headers_destroy(headers);
  return error;
}

void Producer::send(int32_t partition, const LineRecord& record, int64_t timestamp_ms) {
  while (const KafkaError error = enqueue(partition, record, timestamp_ms)) {
    if (rd_kafka_error_code(error.get()) != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      count_failure(rd_kafka_error_code(error.get()), rd_kafka_error_string(error.get()));
      return;
    }
    if (tally_.gave_up) return;
    client_->poll(50);
  }
}

void Producer::count_failure(rd_kafka_resp_err_t error, std::string reason) {
  if (tally_.failed++ == 0) tally_.first_reason = std::move(reason);
  if (exit_code_for(error) == kUnreachable || error == RD_KAFKA_RESP_ERR__FATAL)
    tally_.gave_up = true;
}

void Producer::on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  auto& producer = *static_cast<Producer*>(message->_private);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    // Not rd_kafka_message_errstr: of a record that was sent, it gives the payload.
    producer.count_failure(message->err, rd_kafka_err2str(message->err));
    return;
  }
  Tally& tally = producer.tally_;
  ++tally.delivered;
  tally.bytes += static_cast<int64_t>(message->len + message->key_len);
  const auto partition = static_cast<size_t>(message->partition);
  if (partition < tally.by_partition.size()) ++tally.by_partition[partition];
}

void Producer::flush() {
  if (tally_.gave_up) drop();
  while (rd_kafka_outq_len(client_->raw()) > 0) rd_kafka_flush(client_->raw(), 200);
  client_->poll(0);
}

}  // namespace tenon::cli
