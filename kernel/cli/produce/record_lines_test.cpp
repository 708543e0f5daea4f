// SPDX-License-Identifier: Apache-2.0

#include "cli/produce/record_lines.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>

namespace tenon::cli {
namespace {

using Text = std::optional<std::string_view>;

void expect_split(std::string_view line, const LineSyntax& syntax, Text key, Text value) {
  const LineRecord record = split_line(line, syntax);
  EXPECT_EQ(record.key, key) << line;
  EXPECT_EQ(record.value, value) << line;
}

TEST(SplitLine, takes_the_line_for_the_value_without_a_delimiter) {
  expect_split("a:b", {}, std::nullopt, "a:b");
  expect_split("", {}, std::nullopt, "");
}

TEST(SplitLine, splits_at_the_first_delimiter) {
  expect_split("k:v:w", {.key_delimiter = ":"}, "k", "v:w");
  expect_split("k||v", {.key_delimiter = "||"}, "k", "v");
  expect_split(":v", {.key_delimiter = ":"}, "", "v");
  expect_split("k:", {.key_delimiter = ":"}, "k", "");
}

TEST(SplitLine, gives_a_line_without_the_delimiter_no_key) {
  expect_split("kv", {.key_delimiter = ":"}, std::nullopt, "kv");
}

TEST(SplitLine, makes_nulls_of_what_is_empty_if_asked) {
  const LineSyntax syntax{.key_delimiter = ":", .empty_is_null = true};
  expect_split("k:", syntax, "k", std::nullopt);
  expect_split(":v", syntax, std::nullopt, "v");
  expect_split("", syntax, std::nullopt, std::nullopt);
}

struct LineReaders : testing::Test {
  std::filesystem::path path = std::filesystem::path(testing::TempDir()) /
                               testing::UnitTest::GetInstance()->current_test_info()->name();

  std::vector<std::string> lines_of(std::string_view text) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
    auto reader = LineReader::open(path);
    std::vector<std::string> lines;
    while (const auto line = reader->next()) lines.emplace_back(*line);
    EXPECT_EQ(reader->error(), 0);
    return lines;
  }
  ~LineReaders() override { std::filesystem::remove(path); }
};

using Lines = std::vector<std::string>;

TEST_F(LineReaders, gives_every_line_without_its_break) {
  EXPECT_EQ(lines_of("a\nbc\n\nd\n"), (Lines{"a", "bc", "", "d"}));
}

TEST_F(LineReaders, gives_a_last_line_that_is_not_ended) {
  EXPECT_EQ(lines_of("a\nb"), (Lines{"a", "b"}));
}

TEST_F(LineReaders, finds_nothing_in_an_empty_file) {
  EXPECT_EQ(lines_of(""), Lines{});
}

TEST_F(LineReaders, keeps_any_other_byte) {
  const std::string odd("a\0\r\xff", 4);
  EXPECT_EQ(lines_of(odd + "\n"), Lines{odd});
}

TEST_F(LineReaders, reads_lines_that_are_longer_than_its_buffer) {
  const std::string longer(1'000'000, 'x');
  EXPECT_EQ(lines_of("a\n" + longer + "\nb\n"), (Lines{"a", longer, "b"}));
}

TEST_F(LineReaders, says_which_file_is_not_there) {
  const auto reader = LineReader::open("/nowhere/at/all");
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().exit_code, kNotFound);
  EXPECT_EQ(reader.error().text, "/nowhere/at/all: cannot be opened: No such file or directory");
}

}  // namespace
}  // namespace tenon::cli
