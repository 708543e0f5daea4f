// SPDX-License-Identifier: Apache-2.0
#include "config/toml/toml_reader.h"

#include <gtest/gtest.h>

namespace tenon::config {
namespace {

Value parsed(std::string_view text) {
  auto value = read_toml(text, "x.toml");
  EXPECT_TRUE(value.has_value()) << value.error().message();
  return *std::move(value);
}

TEST(TomlReader, keys_and_values_know_where_they_stand) {
  const Value root = parsed("[kafka]\n  bind = \"a:1\"\n");
  const Entry* bind = find_entry(find_entry(root, "kafka")->value, "bind");
  EXPECT_EQ(bind->at.text(), "x.toml:2:3");
  EXPECT_EQ(bind->value.at.text(), "x.toml:2:10");
  EXPECT_EQ(bind->value.text, "a:1");
}

TEST(TomlReader, entries_come_in_the_order_of_the_file) {
  const Value root = parsed("[b]\n[c]\n[a]\n");
  ASSERT_EQ(root.entries.size(), 3u);
  EXPECT_EQ(root.entries[0].key, "b");
  EXPECT_EQ(root.entries[1].key, "c");
  EXPECT_EQ(root.entries[2].key, "a");
}

TEST(TomlReader, every_type_has_its_kind) {
  const Value root = parsed("a=1\nb=1.5\nc=true\nd=\"x\"\ne=[1]\nf={}\ng=2024-01-01\n");
  std::vector<ValueKind> kinds;
  for (const Entry& entry : root.entries) kinds.push_back(entry.value.kind);
  EXPECT_EQ(kinds,
            (std::vector{ValueKind::kInt, ValueKind::kFloat, ValueKind::kBool, ValueKind::kString,
                         ValueKind::kArray, ValueKind::kTable, ValueKind::kOther}));
}

TEST(TomlReader, a_syntax_error_is_one_problem_with_its_place) {
  const auto value = read_toml("[kafka]\nbind = \n", "x.toml");
  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error().file, "x.toml");
  EXPECT_EQ(value.error().line, 2u);
  EXPECT_FALSE(value.error().text.empty());
}

TEST(TomlReader, a_key_that_is_set_twice_is_an_error) {
  const auto value = read_toml("[a]\nx = 1\nx = 2\n", "x.toml");
  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error().line, 3u);
}

TEST(TomlReader, what_the_parser_gives_up_on_is_an_error_with_its_line) {
  for (const char* text : {"a = 1\n[.b]\nc = 2\n", "a = 1\n[[[\n"}) {
    const auto value = read_toml(text, "x.toml");
    ASSERT_FALSE(value.has_value()) << text;
    EXPECT_EQ(value.error().message(), "x.toml:2:1: this line is not TOML");
  }
}

TEST(TomlReader, garbage_is_an_error_and_not_a_crash) {
  for (const char* text :
       {"\xff\xfe\x01", "[[[", "= 3", "a = \"", "a.b.c.", "x = 99999999999999999999"})
    EXPECT_FALSE(read_toml(text, "x.toml").has_value()) << text;
}

}  // namespace
}  // namespace tenon::config
