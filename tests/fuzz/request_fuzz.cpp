// SPDX-License-Identifier: Apache-2.0
//
// A frame as the broker sees it: header, then the request that its key names, in its version.

#include <cstdint>
#include <cstdlib>

#include "wire/catalog.h"
#include "wire/codec.h"
#include "wire/header.h"

namespace {

using namespace tenon;

template <class M>
concept IsRequest = requires { M::kApiKey; } && M::kName.ends_with("Request");

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Bytes frame(data, data + size);
  const auto decoded = wire::decode_request_header(frame);
  if (!decoded) return 0;
  if (decoded->bytes > frame.size()) std::abort();
  const MutableBytes body = MutableBytes(frame).subspan(decoded->bytes);
  wire::for_each_message([&]<class M>() {
    if constexpr (IsRequest<M>) {
      if (M::kApiKey != decoded->header.api_key) return;
      (void)wire::decode<M>(body, decoded->header.api_version);
    }
  });
  return 0;
}
