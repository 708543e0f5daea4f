// SPDX-License-Identifier: Apache-2.0
//
// From librdkafka's errors to exit codes and words. Pure; any thread.
#pragma once

#include <librdkafka/rdkafka.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/failure.h"

namespace tenon::cli {

int exit_code_for(rd_kafka_resp_err_t error);

// What librdkafka says, without its name of the connection before it and the state behind:
// "Connect to ipv4#127.0.0.1:1 failed: Connection refused".
std::string plain_reason(std::string_view reason);

// The exit code of a verb that did several things: what they have in common, kFailed when they
// have failed for different reasons or only some have, kDone when none has.
int combined_exit_code(const std::vector<int>& exit_codes);

}  // namespace tenon::cli
