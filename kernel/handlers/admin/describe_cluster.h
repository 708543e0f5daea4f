// SPDX-License-Identifier: Apache-2.0
//
// DescribeCluster (KIP-700).
#pragma once

#include "handlers/call.h"
#include "wire/admin/describe_cluster.h"

namespace tenon::handlers {

Task<wire::DescribeClusterResponse> handle_describe_cluster(Call& call,
                                                            wire::DescribeClusterRequest request);

}  // namespace tenon::handlers
