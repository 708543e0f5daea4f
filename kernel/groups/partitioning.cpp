// SPDX-License-Identifier: Apache-2.0

#include "groups/partitioning.h"

#include "base/assert.h"

namespace tenon::groups {
namespace {

constexpr uint32_t kReplacement = 0xFFFD;

// How many bytes follow a leading byte, or -1 if none may lead.
int following_bytes(uint8_t lead) {
  if (lead < 0x80) return 0;
  if (lead >= 0xC2 && lead < 0xE0) return 1;
  if (lead >= 0xE0 && lead < 0xF0) return 2;
  if (lead >= 0xF0 && lead < 0xF5) return 3;
  return -1;
}

// Neither longer than it need be, nor a surrogate, nor past the last code point.
bool is_well_formed(uint32_t code, int following) {
  constexpr uint32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[following] || code > 0x10FFFF) return false;
  return code < 0xD800 || code > 0xDFFF;
}

// Takes one code point off the front of `rest`, or one byte that does not belong to any.
uint32_t take_code_point(std::string_view& rest) {
  const auto lead = static_cast<uint8_t>(rest.front());
  const int following = following_bytes(lead);
  if (following > 0 && rest.size() > static_cast<size_t>(following)) {
    uint32_t code = lead & (0x3Fu >> following);
    bool whole = true;
    for (int i = 1; i <= following; ++i) {
      const auto byte = static_cast<uint8_t>(rest[static_cast<size_t>(i)]);
      whole = whole && (byte & 0xC0) == 0x80;
      code = code << 6 | (byte & 0x3F);
    }
    if (whole && is_well_formed(code, following)) {
      rest.remove_prefix(static_cast<size_t>(following) + 1);
      return code;
    }
  }
  rest.remove_prefix(1);
  return following == 0 ? lead : kReplacement;
}

}  // namespace

int32_t java_hash_code(std::string_view text) {
  uint32_t hash = 0;
  while (!text.empty()) {
    const uint32_t code = take_code_point(text);
    if (code < 0x10000) {
      hash = hash * 31 + code;
      continue;
    }
    hash = hash * 31 + (0xD800 + ((code - 0x10000) >> 10));
    hash = hash * 31 + (0xDC00 + ((code - 0x10000) & 0x3FF));
  }
  return static_cast<int32_t>(hash);
}

int32_t partition_for(std::string_view group_id, int32_t partitions) {
  TN_ASSERT(partitions > 0);
  return (java_hash_code(group_id) & 0x7FFFFFFF) % partitions;
}

}  // namespace tenon::groups
