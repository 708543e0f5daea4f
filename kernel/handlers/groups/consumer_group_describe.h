// SPDX-License-Identifier: Apache-2.0
//
// ConsumerGroupDescribe (KIP-848): epochs, members and assignments of consumer groups.
#pragma once

#include "handlers/call.h"
#include "wire/groups/consumer_group_describe.h"

namespace tenon::handlers {

Task<wire::ConsumerGroupDescribeResponse> handle_consumer_group_describe(
    Call& call, wire::ConsumerGroupDescribeRequest request);

}  // namespace tenon::handlers
