// SPDX-License-Identifier: Apache-2.0
//
// The definitions behind codec.h. Included only by the .cpp files that instantiate messages.
#pragma once

#include <utility>

#include "base/assert.h"
#include "wire/codec.h"
#include "wire/decoder.h"
#include "wire/encoder.h"

namespace tenon::wire {

std::unexpected<Error> refuse_version(std::string_view message, int16_t version,
                                      VersionRange known);
// Splits the version off the front of a versioned blob; the rest is the body.
Result<int16_t> take_version(ByteView& bytes, std::string_view message);
Bytes flatten(OutputChain chain);

template <class M>
Result<M> decode_body(typename InputOf<M>::Type body, int16_t version, bool to_the_end) {
  Decoder decoder(body, version, flexible<M>(version));
  Result<M> message(std::in_place);
  decoder.read_struct(*message);
  if (to_the_end) decoder.expect_end();
  if (decoder.failed()) return decoder.error(M::kName);
  return message;
}

template <class M>
Result<M> decode(typename InputOf<M>::Type body, int16_t version) {
  if (!M::kVersions.contains(version)) return refuse_version(M::kName, version, M::kVersions);
  return decode_body<M>(body, version, !kMayHaveMore<M>);
}

template <class M>
void encode(M message, int16_t version, OutputChain& out) {
  TN_ASSERT(M::kVersions.contains(version));
  Encoder(out, version, flexible<M>(version)).write_struct(message);
}

template <class M>
Bytes encode_bytes(M message, int16_t version) {
  OutputChain chain;
  encode<M>(std::move(message), version, chain);
  return flatten(std::move(chain));
}

template <class M>
Result<M> decode_versioned(ByteView bytes) {
  const auto version = take_version(bytes, M::kName);
  if (!version) return std::unexpected(version.error());
  if constexpr (requires { M::kForwardCompatible; }) {
    if (*version > M::kVersions.max) return decode_body<M>(bytes, M::kVersions.max, false);
  }
  return decode<M>(bytes, *version);
}

template <class M>
Bytes encode_versioned(M message, int16_t version) {
  OutputChain chain;
  chain.bytes.resize(sizeof version);
  store_be(chain.bytes.data(), version);
  encode<M>(std::move(message), version, chain);
  return flatten(std::move(chain));
}

}  // namespace tenon::wire

#define TENON_WIRE_MESSAGE(M)                                                    \
  template Result<M> decode<M>(typename InputOf<M>::Type body, int16_t version); \
  template void encode<M>(M message, int16_t version, OutputChain& out);         \
  template Bytes encode_bytes<M>(M message, int16_t version)

#define TENON_WIRE_API(Name)         \
  TENON_WIRE_MESSAGE(Name##Request); \
  TENON_WIRE_MESSAGE(Name##Response)

#define TENON_WIRE_VERSIONED(M)                           \
  TENON_WIRE_MESSAGE(M);                                  \
  template Result<M> decode_versioned<M>(ByteView bytes); \
  template Bytes encode_versioned<M>(M message, int16_t version)
