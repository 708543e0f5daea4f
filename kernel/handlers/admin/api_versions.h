// SPDX-License-Identifier: Apache-2.0
//
// ApiVersions (KIP-35, KIP-511): what this broker answers, which is the table in
// handlers/table.cpp.
#pragma once

#include "handlers/call.h"
#include "wire/admin/api_versions.h"

namespace tenon::handlers {

Task<wire::ApiVersionsResponse> handle_api_versions(Call& call, wire::ApiVersionsRequest request);

// The answer to a version that we do not speak, to be encoded as version 0: the client sees what we
// do and asks again.
wire::ApiVersionsResponse unsupported_api_versions();

}  // namespace tenon::handlers
