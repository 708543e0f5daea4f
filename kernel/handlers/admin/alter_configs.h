// SPDX-License-Identifier: Apache-2.0
//
// AlterConfigs (KIP-133): the configs of a topic or group become those that are given; what is left
// out goes back to its default. Superseded by IncrementalAlterConfigs, and what librdkafka 2.0 has.
#pragma once

#include "handlers/call.h"
#include "wire/admin/alter_configs.h"

namespace tenon::handlers {

Task<wire::AlterConfigsResponse> handle_alter_configs(Call& call,
                                                      wire::AlterConfigsRequest request);

}  // namespace tenon::handlers
