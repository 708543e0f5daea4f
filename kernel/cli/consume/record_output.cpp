// SPDX-License-Identifier: Apache-2.0

#include "cli/consume/record_output.h"

#include <cstdio>

namespace tenon::cli {
namespace {

constexpr size_t kPendingBytes = 64 * 1024;

std::optional<std::string_view> bytes(const void* data, size_t size) {
  if (!data) return std::nullopt;
  return std::string_view(static_cast<const char*>(data), size);
}

std::string_view name_of(rd_kafka_timestamp_type_t type) {
  switch (type) {
    case RD_KAFKA_TIMESTAMP_CREATE_TIME:
      return "create";
    case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME:
      return "logappend";
    case RD_KAFKA_TIMESTAMP_NOT_AVAILABLE:
      break;
  }
  return "unknown";
}

ConsumedRecord view_of(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type{};
  ConsumedRecord record{.topic = rd_kafka_topic_name(message.rkt),
                        .partition = message.partition,
                        .offset = message.offset,
                        .timestamp_ms = rd_kafka_message_timestamp(&message, &type),
                        .timestamp_type = name_of(type),
                        .broker = rd_kafka_message_broker_id(&message),
                        .key = bytes(message.key, message.key_len),
                        .value = bytes(message.payload, message.len)};
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0; !rd_kafka_header_get_all(headers, i, &name, &value, &size); ++i)
    record.headers.emplace_back(name, bytes(value, size));
  return record;
}

}  // namespace

bool RecordOutput::add(const rd_kafka_message_t& message) {
  const ConsumedRecord record = view_of(message);
  if (style_.json) {
    pending_ += record_json(record);
    pending_ += '\n';
  } else {
    style_.format.append(pending_, record, style_.null_text);
  }
  return pending_.size() < kPendingBytes || flush();
}

bool RecordOutput::flush() {
  const bool written = std::fwrite(pending_.data(), 1, pending_.size(), stdout) == pending_.size();
  pending_.clear();
  return std::fflush(stdout) == 0 && written;
}

}  // namespace tenon::cli
