// SPDX-License-Identifier: Apache-2.0

#include "cli/output/text.h"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

TEST(Utf8, knows_every_length) {
  EXPECT_EQ(utf8_length("a"), 1u);
  EXPECT_EQ(utf8_length("é"), 2u);
  EXPECT_EQ(utf8_length("€"), 3u);
  EXPECT_EQ(utf8_length("😀"), 4u);
}

TEST(Utf8, refuses_what_rfc_3629_refuses) {
  for (const std::string_view bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
                                     "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
                                     "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3("})
    EXPECT_FALSE(is_utf8(bad)) << base64(bad);
}

TEST(Utf8, takes_the_edges_of_what_is_allowed) {
  for (const std::string_view good : {"\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                                      "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", ""})
    EXPECT_TRUE(is_utf8(good)) << base64(good);
}

// The vectors of RFC 4648, section 10.
TEST(Base64, encodes_the_vectors_of_the_rfc) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, encodes_any_byte) {
  EXPECT_EQ(base64("\xff\xfe\xfb"), "//77");
}

TEST(Unescape, turns_escapes_into_characters) {
  EXPECT_EQ(unescape("a\\nb\\tc\\rd\\\\e"), "a\nb\tc\rd\\e");
  EXPECT_EQ(unescape("\\x41\\x7c"), "A|");
  EXPECT_EQ(unescape("\\x00"), std::string_view("\0", 1));
}

TEST(Unescape, keeps_what_is_no_escape) {
  EXPECT_EQ(unescape("\\q \\x4 \\xzz \\"), "\\q \\x4 \\xzz \\");
}

TEST(Printable, shows_control_characters_and_broken_bytes) {
  EXPECT_EQ(printable("a\x1b[2J\xff é\x7f"), "a\\x1b[2J\\xff é\\x7f");
}

TEST(DisplayWidth, counts_code_points) {
  EXPECT_EQ(display_width("aé€😀"), 4u);
}

}  // namespace
}  // namespace tenon::cli
