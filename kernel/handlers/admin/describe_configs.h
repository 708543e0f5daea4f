// SPDX-License-Identifier: Apache-2.0
//
// DescribeConfigs: every config of topics, groups and this broker, with defaults, sources and
// synonyms.
#pragma once

#include "handlers/call.h"
#include "wire/admin/describe_configs.h"

namespace tenon::handlers {

Task<wire::DescribeConfigsResponse> handle_describe_configs(Call& call,
                                                            wire::DescribeConfigsRequest request);

}  // namespace tenon::handlers
