// SPDX-License-Identifier: Apache-2.0
//
// CreatePartitions: more partitions for a topic.
#pragma once

#include "handlers/call.h"
#include "wire/admin/create_partitions.h"

namespace tenon::handlers {

Task<wire::CreatePartitionsResponse> handle_create_partitions(
    Call& call, wire::CreatePartitionsRequest request);

}  // namespace tenon::handlers
