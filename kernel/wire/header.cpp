// SPDX-License-Identifier: Apache-2.0

#include "wire/header.h"

#include <array>
#include <utility>

#include "wire/catalog.h"
#include "wire/decoder.h"
#include "wire/encoder.h"
#include "wire/varint.h"

namespace tenon::wire {
namespace {

constexpr size_t kKeysMax = 128;

constexpr std::array<int16_t, kKeysMax> flexible_versions() {
  std::array<int16_t, kKeysMax> table{};
  table.fill(kNeverFlexible);
  for_each_message([&table]<class M>() {
    if constexpr (requires { M::kApiKey; }) {
      table[static_cast<size_t>(M::kApiKey)] = M::kFlexibleSince;
    }
  });
  return table;
}

constexpr auto kFlexibleVersions = flexible_versions();

// Version 1 of the request header, which the decoder and the encoder visit like any struct.
// Version 2 adds tagged fields, none of which we know.
struct PlainHeader {
  int16_t api_key = 0;
  int16_t api_version = 0;
  int32_t correlation_id = 0;
  std::optional<std::string> client_id{};

  template <class V>
  void fields(V& v) {
    v.field("RequestApiKey", api_key);
    v.field("RequestApiVersion", api_version);
    v.field("CorrelationId", correlation_id);
    v.field("ClientId", client_id, since(1).nullable());
  }
};

struct NoFields {
  template <class V>
  void fields(V& /*v*/) {}
};

bool has_tags(ApiKey key, int16_t version) {
  return version >= flexible_since(key);
}

}  // namespace

int16_t flexible_since(ApiKey key) {
  const auto index = static_cast<size_t>(key);  // a negative key becomes a large index
  return index < kKeysMax ? kFlexibleVersions[index] : kNeverFlexible;
}

Result<DecodedHeader> decode_request_header(ByteView frame) {
  PlainHeader plain;
  Decoder first(frame, 1, false);
  first.read_struct(plain);
  if (first.failed()) return first.error("RequestHeader");
  DecodedHeader decoded{.header = {.api_key = static_cast<ApiKey>(plain.api_key),
                                   .api_version = plain.api_version,
                                   .correlation_id = plain.correlation_id,
                                   .client_id = std::move(plain.client_id)},
                        .bytes = frame.size() - first.bytes_left()};
  if (!has_tags(decoded.header.api_key, decoded.header.api_version)) return decoded;
  NoFields tags;
  Decoder second(frame.subspan(decoded.bytes), 2, true);
  second.read_struct(tags);
  if (second.failed()) return second.error("RequestHeader");
  decoded.bytes = frame.size() - second.bytes_left();
  return decoded;
}

void encode_request_header(const RequestHeader& header, Bytes& out) {
  PlainHeader plain{.api_key = static_cast<int16_t>(header.api_key),
                    .api_version = header.api_version,
                    .correlation_id = header.correlation_id,
                    .client_id = header.client_id};
  OutputChain chain{.bytes = std::move(out), .splices = {}};
  Encoder(chain, 1, false).write_struct(plain);
  out = std::move(chain.bytes);
  if (has_tags(header.api_key, header.api_version)) put_uvarint(out, 0);
}

void encode_response_header(ApiKey key, int16_t version, int32_t correlation_id, OutputChain& out) {
  const size_t at = out.bytes.size();
  out.bytes.resize(at + sizeof correlation_id);
  store_be(out.bytes.data() + at, correlation_id);
  if (key != ApiKey::kApiVersions && has_tags(key, version)) put_uvarint(out.bytes, 0);
}

}  // namespace tenon::wire
