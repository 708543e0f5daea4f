// SPDX-License-Identifier: Apache-2.0

#include "metadata/records.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "wire/codec.h"

namespace tenon::metadata {

namespace {

constexpr uint32_t kFrameVersion = 1;
// What a record of this broker's has for its one listener; more listeners get names of their own.
constexpr std::string_view kListenerName = "PLAINTEXT";

// The version each message is written in: the oldest that can say all we have to say, so that other
// readers of the format need no more.
template <class M>
constexpr int16_t kWrittenVersion = 0;
template <>
constexpr int16_t kWrittenVersion<wire::RegisterBrokerRecord> = 1;

void put_uvarint(Bytes& out, uint32_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<uint8_t>(value | 0x80));
  out.push_back(static_cast<uint8_t>(value));
}

// Takes an unsigned varint of at most 32 bits off the front of `bytes`.
std::optional<uint32_t> take_uvarint(ByteView& bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < 5 && i < bytes.size(); ++i) {
    value |= static_cast<uint64_t>(bytes[i] & 0x7f) << (7 * i);
    if (bytes[i] >= 0x80) continue;
    bytes = bytes.subspan(i + 1);
    if (value > UINT32_MAX) return std::nullopt;
    return static_cast<uint32_t>(value);
  }
  return std::nullopt;
}

std::unexpected<Error> corrupt(std::string_view detail) {
  return fail(Errc::kCorruptData, "metadata record", detail);
}

template <class M>
Result<Record> decode_message(ByteView body, uint32_t version) {
  if (std::cmp_greater(version, M::kVersions.max))
    return corrupt(
        fmt::format("{} has version {}, which this broker does not know; newest known: {}",
                    M::kName, version, M::kVersions.max));
  Result<M> message = wire::decode<M>(body, static_cast<int16_t>(version));
  if (!message) return corrupt(fmt::format("{}: {}", M::kName, message.error().text()));
  return Record(std::move(*message));
}

template <class... M>
Result<Record> decode_by_type(uint32_t type, ByteView body, uint32_t version,
                              std::type_identity<std::variant<M...>>) {
  std::optional<Result<Record>> found;
  ((std::cmp_equal(type, M::kRecordType) &&
    (found.emplace(decode_message<M>(body, version)), true)) ||
   ...);
  if (!found) return corrupt(fmt::format("the record type {} is not known to this broker", type));
  return std::move(*found);
}

std::vector<int32_t> numbers(const std::vector<BrokerId>& ids) {
  std::vector<int32_t> out;
  out.reserve(ids.size());
  for (const BrokerId id : ids) out.push_back(id.value);
  return out;
}

void append_topic(std::vector<Record>& out, const TopicInfo& topic) {
  out.emplace_back(wire::TopicRecord{.name = topic.name, .topic_id = topic.id});
  for (const PartitionInfo& partition : topic.partitions)
    out.emplace_back(to_record(topic.id, partition));
  for (const auto& [name, value] : topic.configs)
    out.emplace_back(config_record(topic.name, name, value));
}

}  // namespace

Bytes encode_record(const Record& record) {
  return std::visit(
      []<class M>(const M& message) {
        Bytes out;
        put_uvarint(out, kFrameVersion);
        put_uvarint(out, static_cast<uint32_t>(M::kRecordType));
        put_uvarint(out, static_cast<uint32_t>(kWrittenVersion<M>));
        const Bytes body = wire::encode_bytes(message, kWrittenVersion<M>);
        out.insert(out.end(), body.begin(), body.end());
        return out;
      },
      record);
}

Result<Record> decode_record(ByteView bytes) {
  const auto frame_version = take_uvarint(bytes);
  if (!frame_version) return corrupt("the record ends before its frame version");
  if (*frame_version != kFrameVersion)
    return corrupt(fmt::format("the frame version {} is not known to this broker", *frame_version));
  const auto type = take_uvarint(bytes);
  const auto version = take_uvarint(bytes);
  if (!type || !version) return corrupt("the record ends before its type and version");
  return decode_by_type(*type, bytes, *version, std::type_identity<Record>{});
}

Bytes encode_records(std::span<const Record> records) {
  Bytes out;
  for (const Record& record : records) {
    const Bytes one = encode_record(record);
    put_uvarint(out, static_cast<uint32_t>(one.size()));
    out.insert(out.end(), one.begin(), one.end());
  }
  return out;
}

Result<std::vector<Record>> decode_records(ByteView bytes) {
  std::vector<Record> records;
  while (!bytes.empty()) {
    const auto length = take_uvarint(bytes);
    if (!length || *length > bytes.size()) return corrupt("the list of records ends inside one");
    auto record = decode_record(bytes.first(*length));
    if (!record) return forward(record);
    records.push_back(std::move(*record));
    bytes = bytes.subspan(*length);
  }
  return records;
}

wire::PartitionRecord to_record(const Uuid& topic_id, const PartitionInfo& partition) {
  wire::PartitionRecord record;
  record.partition_id = partition.index;
  record.topic_id = topic_id;
  record.replicas = numbers(partition.replicas);
  record.isr = numbers(partition.isr);
  record.leader = partition.leader.value;
  record.leader_epoch = partition.leader_epoch.value;
  record.partition_epoch = partition.partition_epoch;
  return record;
}

wire::RegisterBrokerRecord to_record(const BrokerInfo& broker) {
  wire::RegisterBrokerRecord record;
  record.broker_id = broker.id.value;
  record.incarnation_id = broker.incarnation;
  record.broker_epoch = broker.epoch;
  record.end_points.push_back({.name = std::string(kListenerName),
                               .host = broker.host,
                               .port = static_cast<uint16_t>(broker.port)});
  record.rack = broker.rack;
  record.fenced = false;
  return record;
}

wire::ConfigRecord config_record(const std::string& topic, const std::string& name,
                                 std::optional<std::string> value) {
  return {.resource_type = kTopicResource,
          .resource_name = topic,
          .name = name,
          .value = std::move(value)};
}

wire::ConfigRecord group_config_record(const std::string& group_id, const std::string& name,
                                       std::optional<std::string> value) {
  return {.resource_type = kGroupResource,
          .resource_name = group_id,
          .name = name,
          .value = std::move(value)};
}

std::vector<Record> to_records(const Image& image) {
  std::vector<Record> out;
  for (const BrokerInfo& broker : image.brokers()) out.emplace_back(to_record(broker));
  if (image.next_producer_id() > 0) {
    out.emplace_back(wire::ProducerIdsRecord{.broker_id = kNoBroker.value,
                                             .next_producer_id = image.next_producer_id()});
  }
  for (const TopicInfo& topic : image.topics()) append_topic(out, topic);
  for (const GroupConfigs& group : image.groups()) {
    for (const auto& [name, value] : group.configs)
      out.emplace_back(group_config_record(group.group_id, name, value));
  }
  return out;
}

}  // namespace tenon::metadata
