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

#define TENON_RDKAFKA_FUNCTIONS(X)        \
  X(conf_get)                             \
  X(conf_set)                             \
  X(conf_get_default_topic_conf)          \
  X(conf_set_default_topic_conf)          \
  X(conf_interceptor_add_on_conf_set)     \
  X(conf_interceptor_add_on_conf_dup)     \
  X(conf_interceptor_add_on_conf_destroy) \
  X(conf_interceptor_add_on_new)          \
  X(interceptor_add_on_send)              \
  X(interceptor_add_on_acknowledgement)   \
  X(topic_conf_new)                       \
  X(topic_conf_get)                       \
  X(topic_conf_set_partitioner_cb)        \
  X(topic_name)                           \
  X(topic_new)                            \
  X(topic_partition_available)            \
  X(msg_partitioner_consistent_random)

using PartitionerFunction = decltype(&::rd_kafka_msg_partitioner_consistent_random);

struct RdkafkaApi {
#define TENON_RDKAFKA_MEMBER(name) decltype(&::rd_kafka_##name) name = nullptr;
  TENON_RDKAFKA_FUNCTIONS(TENON_RDKAFKA_MEMBER)
#undef TENON_RDKAFKA_MEMBER

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
