// SPDX-License-Identifier: Apache-2.0
#include "bridge/load/pairs.h"

#include <gtest/gtest.h>

namespace tenon::bridge {
namespace {

// The pairs as `key<value>`, quoted ones as `key"value"`; or the mistake.
std::string read(std::string_view text) {
  const auto pairs = parse_pairs(text);
  if (!pairs) return pairs.error().text();
  std::string all;
  for (const Pair& pair : *pairs)
    all += pair.key + (pair.quoted ? '"' : '<') + pair.value + (pair.quoted ? '"' : '>');
  return all;
}

TEST(Pairs, are_separated_by_semicolons_or_lines) {
  EXPECT_EQ(read("a=1;b=2"), "a<1>b<2>");
  EXPECT_EQ(read("a=1\nb=2\r\n"), "a<1>b<2>");
  EXPECT_EQ(read(" ;; a = 1 ;\n\n b\t=\t2 ; "), "a<1>b<2>");
  EXPECT_EQ(read(""), "");
}

TEST(Pairs, values_may_be_empty_and_hold_the_signs_of_other_places) {
  EXPECT_EQ(read("a=;b=x=y"), "a<>b<x=y>");
  EXPECT_EQ(read("a=#;b=[x]"), "a<#>b<[x]>");
}

TEST(Pairs, quotes_keep_separators_and_blanks) {
  EXPECT_EQ(read("a=\" ; \";b='x;y'"), "a\" ; \"b\"x;y\"");
  EXPECT_EQ(read(R"(a="\"\\\n\t")"), "a\"\"\\\n\t\"");
  EXPECT_EQ(read(R"(a='\n')"), R"(a"\n")");
}

TEST(Pairs, a_comment_takes_a_line) {
  EXPECT_EQ(read("# one\na=1\n  # two; b=2\nc=\"3\" # three"), "a<1>c\"3\"");
}

TEST(Pairs, mistakes_are_told_with_their_line) {
  EXPECT_EQ(read("a"), "\"a\" is not key=value");
  EXPECT_EQ(read("=1"), "a \"=\" has no key before it");
  EXPECT_EQ(read("a=1;a=2"), "\"a\" is given twice");
  EXPECT_EQ(read("a=1\n[b]\n"), "line 2: \"[b]\" is not key=value");
  EXPECT_EQ(read("a=1\n\nb=\"x"), "line 3: the value of \"b\" has no closing quote");
  EXPECT_EQ(read("a=\"1\"2"), "after the quoted value of \"a\" a \";\" or a new line must follow");
}

TEST(Pairs, any_text_is_survived) {
  for (const char* text : {"\"", "'", "a=\\", "a=\"\\", "\0", "=;=", "#", "a='\n'"}) read(text);
}

}  // namespace
}  // namespace tenon::bridge
