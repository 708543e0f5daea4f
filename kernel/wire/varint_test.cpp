// SPDX-License-Identifier: Apache-2.0

#include "wire/varint.h"

#include <gtest/gtest.h>

#include "wire/testing/golden.h"

namespace tenon::wire {
namespace {

Bytes written(uint32_t value) {
  Bytes bytes;
  put_uvarint(bytes, value);
  return bytes;
}

std::optional<uint32_t> taken(std::string_view hex, size_t bytes_left = 0) {
  const Bytes bytes = from_hex(hex);
  ByteView rest = bytes;
  const auto value = take_uvarint(rest);
  EXPECT_EQ(rest.size(), value ? bytes_left : bytes.size());
  return value;
}

TEST(varint, is_written_seven_bits_a_byte_lowest_first) {
  EXPECT_EQ(written(0), from_hex("00"));
  EXPECT_EQ(written(127), from_hex("7f"));
  EXPECT_EQ(written(300), from_hex("ac02"));
  EXPECT_EQ(written(UINT32_MAX), from_hex("ffffffff0f"));
}

TEST(varint, is_taken_off_the_front) {
  EXPECT_EQ(taken("ac02 55", 1), 300u);
  EXPECT_EQ(taken("ffffffff0f"), UINT32_MAX);
}

TEST(varint, that_is_cut_off_is_refused) {
  EXPECT_EQ(taken(""), std::nullopt);
  EXPECT_EQ(taken("ffffff"), std::nullopt);
}

TEST(varint, above_32_bits_is_refused) {
  EXPECT_EQ(taken("ffffffff10"), std::nullopt);
  EXPECT_EQ(taken("808080808000"), std::nullopt);
}

}  // namespace
}  // namespace tenon::wire
