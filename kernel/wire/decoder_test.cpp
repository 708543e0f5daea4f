// SPDX-License-Identifier: Apache-2.0

#include "wire/decoder.h"

#include <gtest/gtest.h>

#include "wire/testing/golden.h"

namespace tenon::wire {
namespace {

struct Inner {
  std::string name{};
  int32_t number = -1;

  template <class V>
  void fields(V& v) {
    v.field("Name", name);
    v.tagged(0, "Number", number, since(0), -1);
  }
};

struct Nullable {
  std::optional<Inner> inner{};
  std::optional<Inner> tagged{};

  template <class V>
  void fields(V& v) {
    v.field("Inner", inner, since(0).nullable(1));
    v.tagged(0, "Tagged", tagged, since(0).nullable());
  }
};

struct Outer {
  std::optional<std::string> text{};
  std::optional<MutableBytes> records{};
  std::vector<Inner> items{};
  std::vector<int64_t> numbers{};
  Inner special{};

  template <class V>
  void fields(V& v) {
    v.field("Text", text, since(0).nullable(1));
    v.field("Records", records, since(1).nullable());
    v.field("Items", items, between(0, 1));
    v.field("Numbers", numbers, since(2));
    v.tagged(3, "Special", special, since(1));
  }
};

// Decodes an Outer; version 0 is not flexible, the others are.
class DecoderTest : public ::testing::Test {
 protected:
  bool read(int16_t version, std::string_view hex) {
    bytes_ = from_hex(hex);
    return read_bytes(version);
  }
  bool read_bytes(int16_t version) {
    outer_ = Outer{};
    Decoder decoder{MutableBytes(bytes_), version, version > 0};
    decoder.read_struct(outer_);
    decoder.expect_end();
    if (decoder.failed()) error_ = decoder.error("Outer").error();
    return !decoder.failed();
  }
  void expect_refused(int16_t version, std::string_view hex, std::string_view detail) {
    ASSERT_FALSE(read(version, hex));
    EXPECT_EQ(error_.code, Errc::kMalformed);
    EXPECT_EQ(error_.where, "Outer v" + std::to_string(version));
    EXPECT_EQ(error_.detail, detail);
  }

  Bytes bytes_;
  Outer outer_;
  Error error_;
};

TEST_F(DecoderTest, reads_plain_lengths) {
  ASSERT_TRUE(read(0, "0002 6162 00000002 0001 63 0000")) << error_.text();
  EXPECT_EQ(outer_.text, "ab");
  ASSERT_EQ(outer_.items.size(), 2u);
  EXPECT_EQ(outer_.items[0].name, "c");
}

TEST_F(DecoderTest, reads_compact_lengths_and_nulls) {
  ASSERT_TRUE(read(1, "00 00 02 02 63 00 00")) << error_.text();
  EXPECT_EQ(outer_.text, std::nullopt);
  EXPECT_EQ(outer_.records, std::nullopt);
  EXPECT_EQ(outer_.items.at(0).name, "c");
}

TEST_F(DecoderTest, records_are_views_into_the_body) {
  ASSERT_TRUE(read(1, "00 03 aabb 01 00"));
  ASSERT_TRUE(outer_.records);
  EXPECT_EQ(outer_.records->data(), bytes_.data() + 2);
  EXPECT_EQ(outer_.records->size(), 2u);
}

TEST_F(DecoderTest, tagged_fields_are_found_among_unknown_ones_at_every_level) {
  // Outer: tag 1 (unknown, two bytes), then tag 3 (Special), whose own tag 0 is Number.
  ASSERT_TRUE(read(1, "00 00 01 02 01 02 ffff 03 09 02 78 01 00 04 00000007")) << error_.text();
  EXPECT_EQ(outer_.special.name, "x");
  EXPECT_EQ(outer_.special.number, 7);
}

TEST_F(DecoderTest, a_tagged_field_must_fill_its_size) {
  expect_refused(1, "00 00 01 01 03 04 02 78 00 ee", "Name: a tagged field has 1 bytes too many");
}

TEST_F(DecoderTest, a_tagged_field_cannot_reach_beyond_its_size) {
  expect_refused(1, "00 00 01 01 03 02 02 78 00 00", "Name: a varint is cut off or too long");
}

TEST_F(DecoderTest, more_tagged_fields_than_bytes_are_refused) {
  expect_refused(1, "00 00 01 ffffffff0f 00", "Items: 4294967295 tagged fields do not fit");
}

TEST_F(DecoderTest, null_is_refused_where_the_version_has_none) {
  expect_refused(0, "ffff", "Text: must not be null");
  expect_refused(1, "00 00 00 00", "Items: must not be null");
}

TEST_F(DecoderTest, negative_lengths_are_refused) {
  expect_refused(0, "fffe", "Text: length -2 is negative");
  expect_refused(0, "0000 80000000", "Items: length -2147483648 is negative");
}

TEST_F(DecoderTest, lengths_beyond_the_body_are_refused) {
  expect_refused(0, "0005 6162", "Text: 5 bytes are wanted and 2 are left");
  expect_refused(1, "00 ffffffff0f", "Records: 4294967294 bytes are wanted and 0 are left");
}

TEST_F(DecoderTest, counts_are_held_against_the_bytes_left) {
  expect_refused(0, "0000 00000003 0000", "Items: 3 elements do not fit into the 2 bytes left");
  expect_refused(2, "00 00 03 000000000000000100000000",
                 "Numbers: 2 elements do not fit into the 12 bytes left");
}

TEST_F(DecoderTest, memory_stays_in_proportion_to_the_body) {
  bytes_ = from_hex("00 00 00");
  bytes_.resize(200'000);
  // 190 000 one-byte structs would take 40 bytes of memory each: more than 16 times the body.
  bytes_[2] = 0xb1, bytes_[3] = 0xcc, bytes_[4] = 0x0b;
  const bool read = read_bytes(1);
  const bool expected = sizeof(Inner) <= Decoder::kMemoryFactor;
  EXPECT_EQ(read, expected);
  EXPECT_EQ(error_.detail, "Items: 190000 elements are out of proportion to the message");
}

TEST_F(DecoderTest, a_string_longer_than_kafkas_is_refused_in_flexible_versions_too) {
  bytes_ = from_hex("818002");  // 32768 + 1
  bytes_.resize(40'000);
  EXPECT_FALSE(read_bytes(1));
  EXPECT_EQ(error_.detail, "Text: a string of 32768 bytes is longer than 32767");
}

// The structs that may be null (KIP-893); all versions are flexible.
Result<Nullable> read_nullable(int16_t version, std::string_view hex) {
  const Bytes bytes = from_hex(hex);
  Nullable message;
  Decoder decoder{ByteView(bytes), version, true};
  decoder.read_struct(message);
  decoder.expect_end();
  if (decoder.failed()) return decoder.error("Nullable");
  return message;
}

TEST_F(DecoderTest, a_struct_that_may_be_null_has_a_byte_in_front) {
  const auto null = read_nullable(1, "ff 00");
  ASSERT_TRUE(null) << null.error().text();
  EXPECT_FALSE(null->inner || null->tagged);
  const auto there = read_nullable(1, "01 02 78 00 00");
  ASSERT_TRUE(there) << there.error().text();
  EXPECT_EQ(there->inner.value().name, "x");
}

TEST_F(DecoderTest, a_tagged_struct_that_may_be_null_has_the_byte_inside_its_size) {
  const auto there = read_nullable(1, "ff 01 00 04 01 02 78 00");
  ASSERT_TRUE(there) << there.error().text();
  EXPECT_EQ(there->tagged.value().name, "x");
  const auto null = read_nullable(1, "ff 01 00 01 ff");
  ASSERT_TRUE(null) << null.error().text();
  EXPECT_FALSE(null->tagged);
}

TEST_F(DecoderTest, a_null_struct_is_refused_where_the_version_has_none) {
  EXPECT_EQ(read_nullable(0, "ff 00").error().detail, "Inner: must not be null");
  EXPECT_EQ(read_nullable(0, "").error().detail, "Inner: 1 bytes are wanted and 0 are left");
}

TEST_F(DecoderTest, bytes_left_over_are_refused) {
  expect_refused(0, "0000 00000000 00", "Items: 1 bytes too many");
}

}  // namespace
}  // namespace tenon::wire
