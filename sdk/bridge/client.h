// SPDX-License-Identifier: Apache-2.0
//
// The bridge's part of one librdkafka configuration, and of the client that is made from it: takes
// the properties, finds the plugin, installs the partitioner callback, and hooks the client.
//
// Life: made by conf_init, or by on_conf_dup for a copy, and owned by that configuration; it moves
// into the client with it and ends with on_conf_destroy, which librdkafka calls after the last
// callback. The Route that records take is shared, and outlives it where a thread still holds it.
//
// Properties come in any order, so a plugin is looked for after each of them. What is wrong for
// sure fails that rd_kafka_conf_set; what a later property may mend waits for rd_kafka_new, which
// librdkafka does not let us fail: then an error is logged and every record is refused, because a
// record in the wrong partition cannot be taken back.
//
// One thread per configuration, as librdkafka asks of applications.
#pragma once

#include <memory>
#include <string>

#include "bridge/settings.h"
#include "bridge/topic.h"

namespace tenon::bridge {

class Client {
 public:
  // Hooks a configuration; false if it is hooked already (a copy, of which librdkafka loads the
  // plugins again).
  static Result<bool> attach(const RdkafkaApi& api, rd_kafka_conf_t* conf);
  // The same for conf_init. Sees to it that there is a default topic configuration, which
  // librdkafka will free; the application's, if it sets one later, takes its place. A copy gets the
  // original's.
  static Result<> attach_first(const RdkafkaApi& api, rd_kafka_conf_t* conf);

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  Result<> set(std::string_view property, const char* value);
  // The client `rk` has been made from `conf`, which is now its own.
  void start(rd_kafka_t* rk, rd_kafka_conf_t* conf);

  const RdkafkaApi& api() const { return api_; }
  const std::shared_ptr<Route>& route() const { return route_; }

 private:
  explicit Client(const RdkafkaApi& api) : api_(api) {}

  Result<> resolve(const Settings& settings);
  Result<> make_instance(const Settings& settings, const Found& found);
  void install(rd_kafka_conf_t* conf);
  void announce(const Settings& settings, const Log& log);

  const RdkafkaApi& api_;
  Settings settings_;
  std::shared_ptr<const Instance> instance_;
  std::string pending_;  // why there is none yet
  std::shared_ptr<Route> route_;
};

// What rd_kafka_topic_new needs of the client `rk`, for an application that hands it a topic
// configuration of its own. Null if that client does not load the bridge, or has no partitioner.
std::shared_ptr<Route> find_route(const rd_kafka_t* rk);

}  // namespace tenon::bridge
