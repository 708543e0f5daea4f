// SPDX-License-Identifier: Apache-2.0

#include "groups/partitioning.h"

#include <gtest/gtest.h>

namespace tenon::groups {
namespace {

// Values of java.lang.String.hashCode.
TEST(Partitioning, hashes_as_java_does) {
  EXPECT_EQ(java_hash_code(""), 0);
  EXPECT_EQ(java_hash_code("a"), 97);
  EXPECT_EQ(java_hash_code("hello"), 99162322);
  EXPECT_EQ(java_hash_code("console-consumer-12345"), 158455506);
  EXPECT_EQ(java_hash_code("polygenelubricants"), INT32_MIN);
}

TEST(Partitioning, hashes_utf_16_code_units_not_bytes) {
  EXPECT_EQ(java_hash_code("\xC3\xA9"), 0xE9);                          // U+00E9
  EXPECT_EQ(java_hash_code("\xE2\x82\xAC"), 0x20AC);                    // U+20AC
  EXPECT_EQ(java_hash_code("\xF0\x9F\x98\x80"), 0xD83D * 31 + 0xDE00);  // U+1F600
}

TEST(Partitioning, what_is_not_utf_8_counts_as_the_replacement_character) {
  EXPECT_EQ(java_hash_code("\xFF"), 0xFFFD);
  EXPECT_EQ(java_hash_code("\xC3"), 0xFFFD);
  EXPECT_EQ(java_hash_code("\xC3("), 0xFFFD * 31 + '(');
}

TEST(Partitioning, is_never_negative) {
  EXPECT_EQ(partition_for("polygenelubricants", 50), 0);
  EXPECT_EQ(partition_for("hello", 50), 99162322 % 50);
  EXPECT_EQ(partition_for("a", 1), 0);
}

}  // namespace
}  // namespace tenon::groups
