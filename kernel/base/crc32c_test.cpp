// SPDX-License-Identifier: Apache-2.0

#include "base/crc32c.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace tenon {
namespace {

// The definition, one bit at a time.
uint32_t crc_by_definition(ByteView bytes) {
  uint32_t crc = ~0U;
  for (uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0x82f63b78U & (0U - (crc & 1)));
  }
  return ~crc;
}

Bytes random_bytes(size_t size) {
  SeededRandom random(size + 1);
  Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<uint8_t>(random.next());
  return bytes;
}

TEST(Crc32c, gives_the_published_values) {
  EXPECT_EQ(crc32c(0, as_bytes("123456789")), 0xe3069283U);
  EXPECT_EQ(crc32c(0, {}), 0U);
  // RFC 3720, section B.4.
  EXPECT_EQ(crc32c(0, Bytes(32, 0)), 0x8a9136aaU);
  EXPECT_EQ(crc32c(0, Bytes(32, 0xff)), 0x62a8ab43U);
}

TEST(Crc32c, tables_give_the_published_values) {
  EXPECT_EQ(crc32c_portable(0, as_bytes("123456789")), 0xe3069283U);
  EXPECT_EQ(crc32c_portable(0, Bytes(32, 0xff)), 0x62a8ab43U);
}

TEST(Crc32c, all_ways_agree_at_every_length_around_the_block_sizes) {
  const Bytes bytes = random_bytes(3 * 8192 + 3 * 256 + 40);
  const ByteView all(bytes);
  for (size_t length : {0, 1, 7, 8, 9, 255, 256, 767, 768, 769, 1535, 1536, 24575, 24576, 24577,
                        25343, 25344, 25351}) {
    const uint32_t expected = crc_by_definition(all.first(length));
    EXPECT_EQ(crc32c(0, all.first(length)), expected) << length;
    EXPECT_EQ(crc32c_portable(0, all.first(length)), expected) << length;
  }
}

TEST(Crc32c, does_not_care_about_alignment) {
  const Bytes bytes = random_bytes(2000);
  for (size_t from = 0; from < 16; ++from) {
    const ByteView part = ByteView(bytes).subspan(from, 1900);
    EXPECT_EQ(crc32c(0, part), crc_by_definition(part));
  }
}

TEST(Crc32c, goes_on_from_a_checksum) {
  const Bytes bytes = random_bytes(30000);
  const ByteView all(bytes);
  for (size_t cut : {0, 1, 100, 24576, 29999, 30000}) {
    EXPECT_EQ(crc32c(crc32c(0, all.first(cut)), all.subspan(cut)), crc32c(0, all)) << cut;
  }
}

}  // namespace
}  // namespace tenon
