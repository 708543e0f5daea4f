// SPDX-License-Identifier: Apache-2.0
//
// One call of librdkafka's Admin API: asks, waits for the answer, tells an answer from a failure of
// the call as a whole. One thread, the client's.
#pragma once

#include <functional>
#include <string_view>

#include "cli/client/client.h"

namespace tenon::cli {

// `ask` is given the options and the queue for the answer; `what` names the affair in messages.
Outcome<Event> admin_call(
    const Client& client, rd_kafka_admin_op_t operation, std::string_view what,
    const std::function<void(const rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& ask);

}  // namespace tenon::cli
