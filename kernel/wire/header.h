// SPDX-License-Identifier: Apache-2.0
//
// The headers of requests and responses, in front of every message.
//
//   request v1   int16 api_key, int16 api_version, int32 correlation_id, nullable string client_id
//   request v2   v1, then tagged fields; client_id keeps its int16 length (KIP-482)
//   response v0  int32 correlation_id
//   response v1  v0, then tagged fields
//
// A flexible version of an API has request header 2 and response header 1, with one exception:
// the response of ApiVersions has header 0 in all versions, because its reader does not yet know
// what the broker speaks (KIP-511). Request header 0 (ControlledShutdown v0) is not spoken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "base/payload.h"
#include "wire/api.h"

namespace tenon::wire {

struct RequestHeader {
  ApiKey api_key{};  // as sent; may be a number that the enum does not name
  int16_t api_version = 0;
  int32_t correlation_id = 0;
  std::optional<std::string> client_id{};
};

struct DecodedHeader {
  RequestHeader header{};
  size_t bytes = 0;  // the body begins here
};

// First version of `key` whose headers and body are flexible; kNeverFlexible (schema.h) for an API
// that has none or that we do not know.
int16_t flexible_since(ApiKey key);

// Reads the header at the start of a frame. An unknown key or version is no error here: the
// answer depends on the API. A header of an unknown key is read as version 1, and one of
// ApiVersions from version 3 on as version 2, however new. kMalformed if it does not fit.
Result<DecodedHeader> decode_request_header(ByteView frame);

// Appends a request header, for our own clients and tests.
void encode_request_header(const RequestHeader& header, Bytes& out);

// Appends the header of the response to a request of `key` and `version`.
void encode_response_header(ApiKey key, int16_t version, int32_t correlation_id, OutputChain& out);

}  // namespace tenon::wire
