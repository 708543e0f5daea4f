// SPDX-License-Identifier: Apache-2.0
//
// What the bridge knows of a topic of a client, and how it is found from the handle that librdkafka
// passes to the partitioner.
//
// The callback has the topic's handle and may ask librdkafka for nothing but the availability of a
// partition. So on_send, which librdkafka calls for every record before the partitioner, introduces
// the handle: it reads the topic's name and enters both into one table. Neither the application's
// topic configuration nor its opaque pointer is needed, and both stay as the application made them
// (the C++ client keeps a pointer of its own there).
//
// A handle's address may come back as another topic's. on_send compares the name each time and
// enters the topic anew; `generation` rises, and threads drop what they remembered of the old one.
// Any thread; the table has one lock, which is taken when a thread meets a topic for the first
// time.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bridge/instance.h"
#include "bridge/rdkafka_api.h"

namespace tenon::bridge {

// The monotonic clock, cheap to read and exact to a tick of the kernel (1 to 10 ms). Any thread.
int64_t coarse_now_ms();

// Where the records of one client go to be given a partition. Immutable but for `warned`.
struct Route {
  const RdkafkaApi* api = nullptr;
  int64_t (*now_ms)() = &coarse_now_ms;
  std::shared_ptr<const Instance> instance;  // null: it could not be had, and no record may leave
  std::vector<std::string> topics;           // empty = all
  PartitionerFunction other = nullptr;       // for topics that are not among them
  std::string advice;                        // what to do if the partitioner is not asked
  Log log{"", 0};
  mutable std::atomic<bool> warned{false};

  bool covers(std::string_view topic) const;
};

// A topic of a client. The counters stand still once the partitioner was asked for the first time.
struct Topic {
  Topic(std::shared_ptr<const Route> route_, std::string name_)
      : route(std::move(route_)), name(std::move(name_)), covered(route->covers(name)) {}

  // When a record was first given a partition, by the route's clock: now, if this is that record.
  int64_t begun_at_ms(int64_t now_ms);

  const std::shared_ptr<const Route> route;
  const std::string name;
  const bool covered;
  std::atomic<uint64_t> epoch{1};      // rises with the partitions and their leaders
  std::atomic<bool> asked{false};      // the partitioner was called
  std::atomic<uint64_t> due{0};        // records that it should have been asked for
  std::atomic<uint64_t> other{0};      // records of this topic that are none of its business
  std::atomic<uint64_t> delivered{0};  // records of either kind that the broker has

 private:
  static constexpr int64_t kNotBegun = -1;
  std::atomic<int64_t> begun_ms_{kNotBegun};
};

class TopicTable {
 public:
  // The one table of the process; never destroyed.
  static TopicTable& instance();

  // Null if no on_send has introduced it.
  std::shared_ptr<Topic> find(const rd_kafka_topic_t* handle);
  // The topic of that handle, made or replaced as need be.
  std::shared_ptr<Topic> introduce(const rd_kafka_topic_t* handle,
                                   const std::shared_ptr<const Route>& route,
                                   std::string_view name);
  // Forgets the topics of a client that has ended.
  void forget(const Route* route);

  // Rises whenever a topic is replaced or forgotten.
  uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

 private:
  std::mutex mutex_;
  std::unordered_map<const rd_kafka_topic_t*, std::shared_ptr<Topic>> topics_;  // under mutex_
  std::atomic<uint64_t> generation_{1};
};

}  // namespace tenon::bridge
