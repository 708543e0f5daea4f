// SPDX-License-Identifier: Apache-2.0
//
// The metadata records: the changes of which the cluster's history is made, and their bytes. The
// messages are Kafka's own (wire/records/metadata_records.h), in Kafka's framing (KIP-631):
//
//   record   = frame_version type version message
//   frame_version, type, version : unsigned varint; frame_version is 1; type is the message's key
//   message  = the flexible encoding of that message in that version
//
// One journal entry, and the body of a snapshot, is a list of them:
//
//   records  = { length record }*         length : unsigned varint, bytes of the record
//
// Pure functions; any thread.
#pragma once

#include <span>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "metadata/image.h"
#include "wire/records/metadata_records.h"

namespace tenon::metadata {

using Record = std::variant<wire::RegisterBrokerRecord, wire::TopicRecord, wire::PartitionRecord,
                            wire::ConfigRecord, wire::RemoveTopicRecord, wire::ProducerIdsRecord>;

// ConfigRecord::resource_type (Kafka's ConfigResource.Type).
inline constexpr int8_t kTopicResource = 2;
inline constexpr int8_t kGroupResource = 32;

Bytes encode_record(const Record& record);
// kCorruptData with a sentence for a frame version, type or version that is not known, and for
// bytes that are not the message.
Result<Record> decode_record(ByteView bytes);

Bytes encode_records(std::span<const Record> records);
Result<std::vector<Record>> decode_records(ByteView bytes);

// The records that make one partition, one broker, and one config of a topic or of a group (nullopt
// unsets it).
wire::PartitionRecord to_record(const Uuid& topic_id, const PartitionInfo& partition);
wire::RegisterBrokerRecord to_record(const BrokerInfo& broker);
wire::ConfigRecord config_record(const std::string& topic, const std::string& name,
                                 std::optional<std::string> value);
wire::ConfigRecord group_config_record(const std::string& group_id, const std::string& name,
                                       std::optional<std::string> value);

// The shortest history of this image: applied to an empty image they make its equal (apart from
// cluster id, controller and index, which are not records). Always in the same order, so equal
// images have byte-equal encode_records(to_records(image)).
std::vector<Record> to_records(const Image& image);

}  // namespace tenon::metadata
