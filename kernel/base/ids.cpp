// SPDX-License-Identifier: Apache-2.0

#include "base/ids.h"

#include <cstring>

namespace tenon {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr size_t kTextLength = 22;

// Bit `position` of the 132-bit string that is the 128 bits followed by four zeros.
int sextet(const std::array<uint8_t, 16>& bytes, size_t index) {
  int value = 0;
  for (size_t bit = index * 6; bit < index * 6 + 6; ++bit) {
    const int set = bit < 128 ? (bytes[bit / 8] >> (7 - bit % 8)) & 1 : 0;
    value = value * 2 + set;
  }
  return value;
}

}  // namespace

std::string Uuid::text() const {
  std::string out;
  for (size_t i = 0; i < kTextLength; ++i) {
    out += kAlphabet[static_cast<size_t>(sextet(bytes, i))];
  }
  return out;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  Uuid id;
  for (size_t i = 0; i < kTextLength; ++i) {
    const size_t value = kAlphabet.find(text[i]);
    if (value == std::string_view::npos) return std::nullopt;
    for (size_t k = 0; k < 6; ++k) {
      const size_t bit = i * 6 + k;
      const bool set = (value >> (5 - k)) & 1;
      if (bit >= 128 && set) return std::nullopt;
      if (set) id.bytes[bit / 8] |= static_cast<uint8_t>(1U << (7 - bit % 8));
    }
  }
  return id;
}

Uuid Uuid::from_random(uint64_t high, uint64_t low) {
  Uuid id;
  std::memcpy(id.bytes.data(), &high, 8);
  std::memcpy(id.bytes.data() + 8, &low, 8);
  id.bytes[6] = static_cast<uint8_t>((id.bytes[6] & 0x0f) | 0x40);
  id.bytes[8] = static_cast<uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  // The first sextet 62 is '-'.
  if (id.bytes[0] >> 2 == 62) id.bytes[0] = static_cast<uint8_t>(id.bytes[0] & 0x7f);
  return id;
}

}  // namespace tenon

size_t std::hash<tenon::Uuid>::operator()(const tenon::Uuid& id) const {
  uint64_t high = 0;
  uint64_t low = 0;
  std::memcpy(&high, id.bytes.data(), 8);
  std::memcpy(&low, id.bytes.data() + 8, 8);
  return high * 0x9e3779b97f4a7c15ULL ^ low;
}
