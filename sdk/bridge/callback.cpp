// SPDX-License-Identifier: Apache-2.0
#include "bridge/callback.h"

#include "bridge/host_extensions.h"
#include "bridge/thread_choosers.h"
#include "tenon/hash.hpp"

namespace tenon::bridge {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// For a topic that no on_send has introduced: the application has carried our callback over to a
// client that does not load the bridge. librdkafka's default, in our words: without an on_send
// there is no table to find its own function by.
int32_t choose_without_client(const void* key, size_t key_bytes, int32_t n) {
  const uint64_t hash =
      key_bytes > 0 ? crc32(ByteView(static_cast<const uint8_t*>(key), key_bytes)) : next_random();
  return static_cast<int32_t>(hash % static_cast<uint64_t>(n));
}

bool is_partitioners_business(const Topic& topic, const rd_kafka_message_t& message) {
  if (!topic.covered || message.partition != RD_KAFKA_PARTITION_UA) return false;
  return message.key != nullptr || topic.route->instance->wants_keyless();
}

void warn(const Topic& topic) {
  if (topic.route->warned.exchange(true)) return;
  topic.route->log.write(
      Severity::kWarning,
      "records of topic " + topic.name +
          " were delivered, but librdkafka never asked the partitioner for them: the application "
          "gives the topic a configuration of its own. " +
          topic.route->advice);
}

}  // namespace

int32_t choose_partition(const rd_kafka_topic_t* handle, const void* key, size_t key_bytes,
                         int32_t n, void* topic_opaque, void* message_opaque) noexcept {
  if (n <= 0) return RD_KAFKA_PARTITION_UA;
  try {
    Chooser* chooser = ThreadChoosers::of_this_thread().find(handle);
    if (chooser == nullptr) return choose_without_client(key, key_bytes, n);
    Topic& topic = chooser->topic();
    const Route& route = *topic.route;
    // librdkafka's own function, called as librdkafka would call it.
    if (!topic.covered) return route.other(handle, key, key_bytes, n, topic_opaque, message_opaque);
    if (!topic.asked.load(kRelaxed)) topic.asked.store(true, kRelaxed);
    // No plugin, no record: librdkafka answers "unknown partition" to the producer at once.
    if (!route.instance) return n;
    return chooser->choose(handle, key, key_bytes, n);
  } catch (...) {
    // Memory ran out before the plugin was asked.
    return choose_without_client(key, key_bytes, n);
  }
}

void see_sent(const std::shared_ptr<const Route>& route,
              const rd_kafka_message_t& message) noexcept {
  try {
    Chooser* chooser = ThreadChoosers::of_this_thread().introduce(
        message.rkt, route, route->api->topic_name(message.rkt));
    if (chooser == nullptr) return;  // the client is being destroyed meanwhile
    chooser->expect(message.len + message.key_len);
    Topic& topic = chooser->topic();
    if (topic.asked.load(kRelaxed) || !route->instance) return;
    auto& counter = is_partitioners_business(topic, message) ? topic.due : topic.other;
    counter.fetch_add(1, kRelaxed);
  } catch (...) {
    // Memory ran out: the record is not counted.
  }
}

void see_acknowledged(const rd_kafka_message_t& message) noexcept {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR || message.rkt == nullptr) return;
  try {
    const Chooser* chooser = ThreadChoosers::of_this_thread().find(message.rkt);
    if (chooser == nullptr) return;
    Topic& topic = chooser->topic();
    if (topic.asked.load(kRelaxed)) return;
    // More were delivered than there are records that are none of its business: so one at least
    // was, and the partitioner was not asked for it.
    const uint64_t delivered = topic.delivered.fetch_add(1, kRelaxed) + 1;
    if (topic.due.load(kRelaxed) > 0 && delivered > topic.other.load(kRelaxed)) warn(topic);
  } catch (...) {
    // Memory ran out: the next one will tell.
  }
}

}  // namespace tenon::bridge
