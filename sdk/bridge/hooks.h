// SPDX-License-Identifier: Apache-2.0
//
// The seam to librdkafka's interceptors: C functions that call the Client and turn what it says
// into librdkafka's codes and texts. No exception leaves them.
#pragma once

#include <memory>

#include "bridge/client.h"

namespace tenon::bridge {

// Gives the client to the configuration, which frees it; false, and it goes unused, if the
// configuration has one already.
Result<bool> hook(rd_kafka_conf_t* conf, std::unique_ptr<Client> client);

// From on_new: has librdkafka show us every record of `rk`.
void add_record_hooks(rd_kafka_t* rk, Client& client);

}  // namespace tenon::bridge
