// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include "wire/instantiate.h"

namespace tenon::wire {

std::unexpected<Error> refuse_version(std::string_view message, int16_t version,
                                      VersionRange known) {
  return fail(Errc::kUnsupportedVersion, fmt::format("{} v{}", message, version),
              fmt::format("versions {} to {} are spoken here", known.min, known.max));
}

Result<int16_t> take_version(ByteView& bytes, std::string_view message) {
  if (bytes.size() < sizeof(int16_t)) return fail(Errc::kMalformed, message, "has no version");
  const auto version = load_be<int16_t>(bytes.data());
  bytes = bytes.subspan(sizeof version);
  return version;
}

Bytes flatten(OutputChain chain) {
  if (chain.splices.empty()) return std::move(chain.bytes);
  Bytes whole;
  const bool readable = chain.flatten(whole);
  TN_ASSERT(readable);
  return whole;
}

}  // namespace tenon::wire
