// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/sha256.h"

#include <fmt/format.h>
#include <nettle/sha2.h>

#include <array>
#include <iterator>

namespace tenon::plugin {

struct Sha256::Context {
  sha256_ctx nettle{};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  sha256_init(&context_->nettle);
}

Sha256::~Sha256() = default;

void Sha256::add(std::span<const char> bytes) {
  sha256_update(&context_->nettle, bytes.size(), reinterpret_cast<const uint8_t*>(bytes.data()));
}

std::string Sha256::finish() {
  std::array<uint8_t, SHA256_DIGEST_SIZE> sum{};
  sha256_digest(&context_->nettle, sum.size(), sum.data());
  std::string text;
  for (const uint8_t byte : sum) fmt::format_to(std::back_inserter(text), "{:02x}", byte);
  return text;
}

}  // namespace tenon::plugin
