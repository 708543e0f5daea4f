// SPDX-License-Identifier: Apache-2.0
//
// The two symbols that the bridge exports.
//
// conf_init is called by librdkafka for `plugin.library.paths`, once per configuration.
//
// rd_kafka_topic_new stands before librdkafka's own where this file is also in LD_PRELOAD. It is
// for applications that give a topic a configuration of their own (kcat does, and the C++ client):
// those never reach an interceptor. The callback is added to the application's configuration, and
// all else in it stays. For clients without the bridge's property it only passes the call on.
#include <dlfcn.h>

#include <cstdio>

#include "bridge/callback.h"
#include "bridge/client.h"

#define TENON_BRIDGE_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

using TopicNew = decltype(&::rd_kafka_topic_new);

TopicNew not_ours(void* function) {
  const auto found = reinterpret_cast<TopicNew>(function);
  return found == &::rd_kafka_topic_new ? nullptr : found;
}

// librdkafka's function: that of the client's own librdkafka where we know the client; else the one
// that the caller was linked with; else the next in the order of loading.
TopicNew real_topic_new(const tenon::bridge::Route* route, const void* caller) {
  if (route != nullptr) {
    if (TopicNew found = not_ours(reinterpret_cast<void*>(route->api->topic_new))) return found;
  }
  const auto* const ours = reinterpret_cast<const void*>(&::rd_kafka_topic_new);
  void* linked = tenon::bridge::find_function(caller, "rd_kafka_topic_new", ours);
  if (TopicNew found = not_ours(linked)) return found;
  return not_ours(::dlsym(RTLD_NEXT, "rd_kafka_topic_new"));
}

TopicNew prepare(rd_kafka_t* rk, const char* topic, rd_kafka_topic_conf_t* conf,
                 const void* caller) noexcept {
  try {
    const auto route = tenon::bridge::find_route(rk);
    if (conf != nullptr && topic != nullptr && route && route->covers(topic))
      route->api->topic_conf_set_partitioner_cb(conf, &tenon::bridge::choose_partition);
    return real_topic_new(route.get(), caller);
  } catch (...) {
    return not_ours(::dlsym(RTLD_NEXT, "rd_kafka_topic_new"));
  }
}

}  // namespace

TENON_BRIDGE_EXPORT rd_kafka_resp_err_t conf_init(rd_kafka_conf_t* conf, void** opaque,
                                                  char* errstr, size_t errstr_size) {
  try {
    *opaque = nullptr;
    const auto api = tenon::bridge::api_of_caller(__builtin_return_address(0));
    const auto attached =
        api ? tenon::bridge::Client::attach_first(**api, conf) : tenon::Result<>(api.error());
    if (attached) return RD_KAFKA_RESP_ERR_NO_ERROR;
    std::snprintf(errstr, errstr_size, "%s", attached.error().text().c_str());
  } catch (...) {
    std::snprintf(errstr, errstr_size, "tenon: out of memory");
  }
  return RD_KAFKA_RESP_ERR__INVALID_ARG;
}

TENON_BRIDGE_EXPORT rd_kafka_topic_t* rd_kafka_topic_new(rd_kafka_t* rk, const char* topic,
                                                         rd_kafka_topic_conf_t* conf) {
  const TopicNew real = prepare(rk, topic, conf, __builtin_return_address(0));
  return real != nullptr ? real(rk, topic, conf) : nullptr;
}
