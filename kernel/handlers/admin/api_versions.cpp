// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/api_versions.h"

#include <cctype>

#include "handlers/errors.h"
#include "handlers/table.h"

namespace tenon::handlers {
namespace {

std::vector<wire::ApiVersionsResponse::ApiVersion> advertised() {
  std::vector<wire::ApiVersionsResponse::ApiVersion> keys;
  for (const Api& api : apis()) {
    keys.push_back({static_cast<int16_t>(api.key), api.advertised.min, api.advertised.max});
  }
  return keys;
}

// [A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])? (KIP-511)
bool is_software_name(std::string_view text) {
  const auto alphanumeric = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  if (text.empty() || !alphanumeric(text.front()) || !alphanumeric(text.back())) return false;
  return std::ranges::all_of(text, [&](char c) { return alphanumeric(c) || c == '-' || c == '.'; });
}

}  // namespace

wire::ApiVersionsResponse unsupported_api_versions() {
  wire::ApiVersionsResponse response;
  response.error_code = static_cast<int16_t>(wire::ErrorCode::kUnsupportedVersion);
  const auto range = wire::ApiVersionsRequest::kVersions;
  response.api_keys = {{static_cast<int16_t>(wire::ApiKey::kApiVersions), range.min, range.max}};
  return response;
}

Task<wire::ApiVersionsResponse> handle_api_versions(Call& call, wire::ApiVersionsRequest request) {
  wire::ApiVersionsResponse response;
  if (call.version() >= 3) {
    if (!is_software_name(request.client_software_name) ||
        !is_software_name(request.client_software_version)) {
      response.error_code = error_code(Errc::kInvalidRequest);
      co_return response;
    }
    call.connection.client_software_name = std::move(request.client_software_name);
    call.connection.client_software_version = std::move(request.client_software_version);
  }
  response.api_keys = advertised();
  co_return response;
}

}  // namespace tenon::handlers
