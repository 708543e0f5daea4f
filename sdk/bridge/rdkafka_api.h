// SPDX-License-Identifier: Apache-2.0
//
// The functions of librdkafka, looked up in the very image that calls the bridge. The bridge links
// no librdkafka, so that it works with the one that the application has, whatever its file is
// called (wheels rename theirs) and even if there are two. Tables live as long as the process. Any
// thread.
#pragma once

#include <librdkafka/rdkafka.h>

#include "tenon/result.hpp"

namespace tenon::bridge {

using PartitionerFunction = decltype(&::rd_kafka_msg_partitioner_consistent_random);

struct RdkafkaApi {
  decltype(&::rd_kafka_conf_get) conf_get = nullptr;
  decltype(&::rd_kafka_conf_set) conf_set = nullptr;
  decltype(&::rd_kafka_conf_get_default_topic_conf) conf_get_default_topic_conf = nullptr;
  decltype(&::rd_kafka_conf_set_default_topic_conf) conf_set_default_topic_conf = nullptr;
  decltype(&::rd_kafka_conf_interceptor_add_on_conf_set) conf_interceptor_add_on_conf_set = nullptr;
  decltype(&::rd_kafka_conf_interceptor_add_on_conf_dup) conf_interceptor_add_on_conf_dup = nullptr;
  decltype(&::rd_kafka_conf_interceptor_add_on_conf_destroy) conf_interceptor_add_on_conf_destroy =
      nullptr;
  decltype(&::rd_kafka_conf_interceptor_add_on_new) conf_interceptor_add_on_new = nullptr;
  decltype(&::rd_kafka_interceptor_add_on_send) interceptor_add_on_send = nullptr;
  decltype(&::rd_kafka_interceptor_add_on_acknowledgement) interceptor_add_on_acknowledgement =
      nullptr;
  decltype(&::rd_kafka_topic_conf_new) topic_conf_new = nullptr;
  decltype(&::rd_kafka_topic_conf_get) topic_conf_get = nullptr;
  decltype(&::rd_kafka_topic_conf_set_partitioner_cb) topic_conf_set_partitioner_cb = nullptr;
  decltype(&::rd_kafka_topic_name) topic_name = nullptr;
  decltype(&::rd_kafka_topic_new) topic_new = nullptr;
  decltype(&::rd_kafka_topic_partition_available) topic_partition_available = nullptr;
  decltype(&::rd_kafka_msg_partitioner_consistent_random) msg_partitioner_consistent_random =
      nullptr;

  // librdkafka's own partitioner of that name (its topic property `partitioner`); the default one
  // if there is none of that name.
  PartitionerFunction partitioner(const char* name) const;

  void* image = nullptr;
};

// The table of the image that holds the instruction at `address`.
Result<const RdkafkaApi*> api_of_caller(const void* address);

// The function `name` of the image that holds `address` or of what it was linked with; null if it
// is not there or is `except`.
void* find_function(const void* address, const char* name, const void* except);

}  // namespace tenon::bridge
