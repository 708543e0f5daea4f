// SPDX-License-Identifier: Apache-2.0
#include "plugin/library.h"

#include <gtest/gtest.h>

#include "plugin/testing_folder.h"

namespace tenon::plugin {
namespace {

std::string refusal(const std::string& path) {
  const auto opened = open_library(path);
  if (opened) return "it was opened";
  EXPECT_EQ(opened.error().code, Errc::kPluginRefused);
  EXPECT_EQ(opened.error().where, path);
  return opened.error().detail;
}

TEST(Library, one_path_gives_one_datum_whatever_becomes_of_the_file) {
  TestingFolder folder;
  const std::string path = folder.copy_fixture("partitioner-fixed.so", "copy.so");
  const auto first = open_library(path);
  ASSERT_TRUE(first) << first.error().text();
  std::filesystem::remove(path);
  const auto second = open_library(path);
  ASSERT_TRUE(second);
  EXPECT_EQ(*first, *second);
  EXPECT_EQ((*first)->n_descriptors, 1u);
}

TEST(Library, what_cannot_be_loaded_is_refused_in_the_loaders_words) {
  TestingFolder folder;
  EXPECT_NE(refusal(folder / "missing.so").find("cannot be loaded"), std::string::npos);
  EXPECT_NE(refusal(folder.write("text.so", std::string(4096, 'x'))).find("ELF"),
            std::string::npos);
}

// Not at its first call, in the middle of a request.
TEST(Library, a_symbol_that_nobody_has_is_found_missing_at_once) {
  EXPECT_NE(refusal(fixture_path("partitioner-unresolved.so")).find("undefined symbol"),
            std::string::npos);
}

}  // namespace
}  // namespace tenon::plugin
