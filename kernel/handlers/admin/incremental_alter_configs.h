// SPDX-License-Identifier: Apache-2.0
//
// IncrementalAlterConfigs (KIP-339) of topics and groups.
#pragma once

#include "handlers/call.h"
#include "wire/admin/incremental_alter_configs.h"

namespace tenon::handlers {

Task<wire::IncrementalAlterConfigsResponse> handle_incremental_alter_configs(
    Call& call, wire::IncrementalAlterConfigsRequest request);

}  // namespace tenon::handlers
