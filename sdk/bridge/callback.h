// SPDX-License-Identifier: Apache-2.0
//
// What librdkafka calls for every record: on_send, the partitioner, on_acknowledgement. No
// exception leaves them. Any thread, concurrently.
#pragma once

#include "bridge/topic.h"

namespace tenon::bridge {

// The partitioner callback of all clients and topics.
int32_t choose_partition(const rd_kafka_topic_t* handle, const void* key, size_t key_bytes,
                         int32_t n_partitions, void* topic_opaque, void* message_opaque) noexcept;

// A record is about to be sent: introduces its topic, and counts it while the partitioner was not
// asked.
void see_sent(const std::shared_ptr<const Route>& route,
              const rd_kafka_message_t& message) noexcept;

// A record was delivered, or not. Warns, once per client, when records are with the broker that the
// partitioner was never asked for.
void see_acknowledged(const rd_kafka_message_t& message) noexcept;

}  // namespace tenon::bridge
