// SPDX-License-Identifier: Apache-2.0
//
// Whatever bytes claim to be a message: decode() answers, and what it accepts can be written, and
// read again as the same. The first input byte picks the message, the second the version.

#include <cstdint>
#include <cstdlib>

#include "wire/catalog.h"
#include "wire/codec.h"

namespace {

using namespace tenon;

void require(bool holds) {
  if (!holds) std::abort();
}

template <class M>
void decode_and_encode(ByteView body, int16_t version) {
  // A copy of exactly this size, so that a byte too far is seen.
  Bytes bytes(body.begin(), body.end());
  auto message = wire::decode<M>(bytes, version);
  if (!message) return;
  Bytes written = wire::encode_bytes<M>(std::move(*message), version);
  auto again = wire::decode<M>(written, version);
  require(again.has_value());
  require(wire::encode_bytes<M>(std::move(*again), version) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto version = static_cast<int16_t>(static_cast<int8_t>(data[1]));
  const ByteView body(data + 2, size - 2);
  uint8_t place = 0;
  wire::for_each_message([&]<class M>() {
    if (place++ == data[0]) decode_and_encode<M>(body, version);
  });
  return 0;
}
