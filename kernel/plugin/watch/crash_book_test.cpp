// SPDX-License-Identifier: Apache-2.0
#include "plugin/watch/crash_book.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "plugin/testing_folder.h"

namespace tenon::plugin {
namespace {

class CrashBookTest : public testing::Test {
 protected:
  static PluginBuild geo(const std::string& fingerprint = "aa11") {
    return {.label = "partitioner acme-geo 1.2.0", .fingerprint = fingerprint};
  }
  static PluginBuild zstd() { return {.label = "codec zstd 1.0.0", .fingerprint = "bb22"}; }

  CrashBook open() const {
    auto book = CrashBook::open(path_);
    EXPECT_TRUE(book) << book.error().text();
    return *std::move(book);
  }
  // A start that makes both plugins and then ends with those words.
  void die(const std::string& last_words) const {
    CrashBook book = open();
    book.start();
    for (const PluginBuild& build : {zstd(), geo()}) {
      book.calling(build);
      book.returned();
    }
    std::ofstream(path_, std::ios::app) << last_words << '\n';
  }
  void die_in_code() const {
    die("tenon died of SIGSEGV at address 0x0, in the code of partitioner acme-geo 1.2.0, function "
        "partition (/p.so+0x10)");
  }
  // A start whose create of the plugin ends the process without a word.
  void vanish() const {
    CrashBook book = open();
    book.start();
    book.calling(geo());
  }
  std::string verdict(const PluginBuild& build) const { return open().verdict(build).value_or(""); }

  TestingFolder folder_;
  const std::string path_ = folder_ / "book";
};

TEST_F(CrashBookTest, a_new_book_holds_nothing_against_anybody) {
  EXPECT_EQ(verdict(geo()), "");
}

TEST_F(CrashBookTest, three_starts_in_a_row_set_a_plugin_aside) {
  die_in_code();
  die_in_code();
  EXPECT_EQ(verdict(geo()), "");
  die_in_code();
  EXPECT_EQ(verdict(geo()),
            "it is quarantined: it ended 3 starts in a row, at last: tenon died of SIGSEGV at "
            "address 0x0; replace the library, or remove " +
                path_ + " to try it once more");
  EXPECT_EQ(verdict(zstd()), "");
}

TEST_F(CrashBookTest, a_create_that_never_returns_counts) {
  for (int i = 0; i < 3; ++i) vanish();
  EXPECT_NE(verdict(geo()).find("its create never returned"), std::string::npos);
}

TEST_F(CrashBookTest, a_library_that_never_came_to_be_open_counts) {
  for (int i = 0; i < 3; ++i) {
    CrashBook book = open();
    book.start();
    book.opening(zstd());
    book.returned();
    book.opening(geo());
  }
  EXPECT_NE(verdict(geo()).find("at last: opening it never came to an end"), std::string::npos);
  EXPECT_EQ(verdict(zstd()), "");
}

TEST_F(CrashBookTest, another_build_is_another_plugin) {
  for (int i = 0; i < 3; ++i) die_in_code();
  EXPECT_EQ(verdict(geo("cc33")), "");
}

TEST_F(CrashBookTest, a_start_that_settles_forgives) {
  die_in_code();
  die_in_code();
  {
    CrashBook book = open();
    book.start();
    book.settle();
  }
  die_in_code();
  EXPECT_EQ(verdict(geo()), "");
}

TEST_F(CrashBookTest, a_quarantine_outlives_starts_that_settle) {
  for (int i = 0; i < 3; ++i) die_in_code();
  const std::string before = verdict(geo());
  {
    CrashBook book = open();
    book.start();
    book.settle();
  }
  EXPECT_EQ(verdict(geo()), before);
}

TEST_F(CrashBookTest, faults_of_others_break_the_row) {
  die_in_code();
  die_in_code();
  die("tenon died of SIGABRT, in no plugin");
  die_in_code();
  EXPECT_EQ(verdict(geo()), "");
}

TEST_F(CrashBookTest, a_name_is_not_blamed_for_a_longer_one) {
  for (int i = 0; i < 3; ++i)
    die("tenon died of SIGBUS at address 0x1, during a call of partitioner acme-geo 1.2.01");
  EXPECT_EQ(verdict(geo()), "");
}

TEST_F(CrashBookTest, lines_that_make_no_sense_are_passed_over) {
  std::ofstream(path_) << "calling\nquarantined x\n\n\x01\nstart\ncalling a b\nreturned";
  EXPECT_EQ(verdict(geo()), "");
  for (int i = 0; i < 3; ++i) die_in_code();
  EXPECT_NE(verdict(geo()), "");
}

TEST_F(CrashBookTest, a_book_that_grows_and_grows_begins_anew) {
  std::ofstream(path_) << std::string(600'000, '\n');
  for (int i = 0; i < 3; ++i) die_in_code();
  EXPECT_LT(std::filesystem::file_size(path_), 10'000u);
  EXPECT_NE(verdict(geo()), "");
}

TEST_F(CrashBookTest, a_book_that_cannot_be_opened_says_which) {
  const auto book = CrashBook::open(folder_ / "nowhere/book");
  ASSERT_FALSE(book);
  EXPECT_NE(book.error().text().find("nowhere/book: cannot be opened"), std::string::npos);
}

TEST_F(CrashBookTest, the_last_words_can_be_written_through_it) {
  const CrashBook book = open();
  ASSERT_EQ(::write(book.fd(), "x\n", 2), 2);
  std::ostringstream text;
  text << std::ifstream(path_).rdbuf();
  EXPECT_EQ(text.str(), "x\n");
}

}  // namespace
}  // namespace tenon::plugin
