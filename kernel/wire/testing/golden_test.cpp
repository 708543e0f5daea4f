// SPDX-License-Identifier: Apache-2.0

#include "wire/testing/golden.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <tuple>

#include "base/assert.h"

namespace tenon::wire {
namespace {

using Key = std::tuple<std::string, int, std::string>;

std::map<Key, Bytes, std::less<>> load_golden() {
  std::map<Key, Bytes, std::less<>> golden;
  std::ifstream file(TENON_WIRE_GOLDEN);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    std::string message, style, hex;
    int version = 0;
    words >> message >> version >> style >> hex;
    golden.emplace(Key{message, version, style}, from_hex(hex));
  }
  return golden;
}

int digit_of(char letter) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const size_t at = kDigits.find(letter);
  TN_ASSERT(at != std::string_view::npos);
  return static_cast<int>(at);
}

TEST(golden, hex_may_have_spaces_between_bytes) {
  EXPECT_EQ(from_hex("00 0aff"), (Bytes{0x00, 0x0a, 0xff}));
}

TEST(golden, a_line_that_is_not_on_file_is_not_found) {
  EXPECT_EQ(find_golden("NoSuchRequest", 0, "full"), nullptr);
}

}  // namespace

Bytes from_hex(std::string_view hex) {
  Bytes bytes;
  for (size_t i = 0; i < hex.size();) {
    if (hex[i] == ' ') {
      ++i;
      continue;
    }
    TN_ASSERT(i + 1 < hex.size());
    bytes.push_back(static_cast<uint8_t>(digit_of(hex[i]) * 16 + digit_of(hex[i + 1])));
    i += 2;
  }
  return bytes;
}

const Bytes* find_golden(std::string_view message, int16_t version, std::string_view style) {
  static const auto golden = load_golden();
  const auto at = golden.find(Key{message, version, style});
  return at == golden.end() ? nullptr : &at->second;
}

}  // namespace tenon::wire
