// SPDX-License-Identifier: Apache-2.0
#include "bridge/hooks.h"

#include <cstdio>

#include "bridge/callback.h"

namespace tenon::bridge {

namespace {

constexpr const char* kName = "tenon";

Client& client_of(void* opaque) {
  return *static_cast<Client*>(opaque);
}

rd_kafka_conf_res_t on_conf_set(rd_kafka_conf_t*, const char* name, const char* value, char* errstr,
                                size_t errstr_size, void* opaque) noexcept {
  if (name == nullptr || !is_ours(name)) return RD_KAFKA_CONF_UNKNOWN;
  try {
    const Result<> set = client_of(opaque).set(name, value);
    if (set) return RD_KAFKA_CONF_OK;
    if (errstr != nullptr) std::snprintf(errstr, errstr_size, "%s", set.error().text().c_str());
  } catch (const std::exception& failure) {
    if (errstr != nullptr) std::snprintf(errstr, errstr_size, "%s: %s", name, failure.what());
  } catch (...) {
    if (errstr != nullptr) std::snprintf(errstr, errstr_size, "%s cannot be set", name);
  }
  return RD_KAFKA_CONF_INVALID;
}

// The copy's properties are set again by librdkafka, right after this.
rd_kafka_resp_err_t on_conf_dup(rd_kafka_conf_t* copy, const rd_kafka_conf_t*, size_t, const char**,
                                void* opaque) noexcept {
  try {
    const Result<bool> attached = Client::attach(client_of(opaque).api(), copy);
    return attached ? RD_KAFKA_RESP_ERR_NO_ERROR : RD_KAFKA_RESP_ERR__INVALID_ARG;
  } catch (...) {
    return RD_KAFKA_RESP_ERR__FAIL;
  }
}

rd_kafka_resp_err_t on_conf_destroy(void* opaque) noexcept {
  delete static_cast<Client*>(opaque);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t on_new(rd_kafka_t* rk, const rd_kafka_conf_t* conf, void* opaque, char* errstr,
                           size_t errstr_size) noexcept {
  try {
    // The configuration is the client's own copy by now. That its default topic configuration may
    // still be changed here is what makes this work after set_default_topic_conf().
    client_of(opaque).start(rk, const_cast<rd_kafka_conf_t*>(conf));
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  } catch (const std::exception& failure) {
    std::snprintf(errstr, errstr_size, "%s", failure.what());
    return RD_KAFKA_RESP_ERR__FAIL;
  }
}

rd_kafka_resp_err_t on_send(rd_kafka_t*, rd_kafka_message_t* message, void* opaque) noexcept {
  see_sent(client_of(opaque).route(), *message);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t on_acknowledgement(rd_kafka_t*, rd_kafka_message_t* message, void*) noexcept {
  see_acknowledged(*message);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace

Result<bool> hook(rd_kafka_conf_t* conf, std::unique_ptr<Client> client) {
  const RdkafkaApi& api = client->api();
  const rd_kafka_resp_err_t first =
      api.conf_interceptor_add_on_new(conf, kName, &on_new, client.get());
  if (first == RD_KAFKA_RESP_ERR__CONFLICT) return false;
  const bool hooked =
      first == RD_KAFKA_RESP_ERR_NO_ERROR &&
      api.conf_interceptor_add_on_conf_set(conf, kName, &on_conf_set, client.get()) == 0 &&
      api.conf_interceptor_add_on_conf_dup(conf, kName, &on_conf_dup, client.get()) == 0 &&
      api.conf_interceptor_add_on_conf_destroy(conf, kName, &on_conf_destroy, client.get()) == 0;
  // Half hooked, it must live as long as the process: librdkafka knows it already.
  const Client* kept = client.release();
  (void)kept;
  if (!hooked) return Error(TN_E_UNSUPPORTED, "tenon: librdkafka does not take the interceptors");
  return true;
}

void add_record_hooks(rd_kafka_t* rk, Client& client) {
  const RdkafkaApi& api = client.api();
  const bool hooked =
      api.interceptor_add_on_send(rk, kName, &on_send, &client) == RD_KAFKA_RESP_ERR_NO_ERROR &&
      api.interceptor_add_on_acknowledgement(rk, kName, &on_acknowledgement, &client) ==
          RD_KAFKA_RESP_ERR_NO_ERROR;
  if (!hooked) {
    client.route()->log.write(Severity::kError,
                              "librdkafka does not take the interceptors: the partitioner of "
                              "Tenon is not asked");
  }
}

}  // namespace tenon::bridge
