// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/finder.h"

#include <gtest/gtest.h>

#include "plugin/testing_folder.h"

namespace tenon::plugin {
namespace {

namespace fs = std::filesystem;

class FinderTest : public testing::Test {
 protected:
  Result<TrustedFile> find(const std::string& name) {
    return find_library("codec", name, {folder_ / "a", folder_ / "b"}, Trust::of_program());
  }
  void open_to_everyone(const std::string& path) {
    fs::permissions(path, fs::perms::others_write, fs::perm_options::add);
  }

  TestingFolder folder_;
};

TEST_F(FinderTest, a_library_is_found_by_kind_and_name) {
  const std::string path = folder_.write("b/codec-gzip.so", "x");
  EXPECT_EQ(find("gzip")->path, fs::canonical(path).string());
}

TEST_F(FinderTest, what_is_missing_names_the_directories) {
  const auto found = find("gzip");
  EXPECT_EQ(found.error().code, Errc::kPluginMissing);
  EXPECT_EQ(found.error().text(),
            "there is no codec-gzip.so in " + (folder_ / "a") + " or " + (folder_ / "b"));
}

TEST_F(FinderTest, a_name_nearby_is_suggested) {
  folder_.write("a/codec-gzip.so", "x");
  folder_.write("a/partitioner-gzp.so", "x");
  EXPECT_TRUE(find("gzp").error().text().ends_with("; did you mean \"gzip\"?"));
}

TEST_F(FinderTest, two_of_one_name_are_refused_with_both_paths) {
  const std::string one = folder_.write("a/codec-gzip.so", "x");
  const std::string two = folder_.write("b/codec-gzip.so", "x");
  const auto found = find("gzip");
  ASSERT_FALSE(found.has_value());
  EXPECT_NE(found.error().text().find(fs::canonical(one).string()), std::string::npos);
  EXPECT_NE(found.error().text().find(fs::canonical(two).string()), std::string::npos);
}

TEST_F(FinderTest, one_file_under_two_directories_is_one) {
  folder_.write("a/codec-gzip.so", "x");
  fs::create_directory_symlink(folder_ / "a", folder_ / "b");
  EXPECT_TRUE(find("gzip").has_value());
}

TEST_F(FinderTest, what_may_not_be_loaded_is_not_passed_over) {
  const std::string path = folder_.write("a/codec-gzip.so", "x");
  folder_.write("b/codec-gzip.so", "x");
  open_to_everyone(path);
  const auto found = find("gzip");
  EXPECT_EQ(found.error().code, Errc::kPluginRefused);
  EXPECT_NE(found.error().detail.find("it is writable by everyone"), std::string::npos);
}

TEST_F(FinderTest, a_link_into_the_other_directory_is_that_file) {
  const std::string path = folder_.write("b/codec-gzip.so", "x");
  fs::create_directories(folder_ / "a");
  fs::create_symlink(path, folder_ / "a/codec-gzip.so");
  EXPECT_EQ(find("gzip")->path, fs::canonical(path).string());
}

TEST_F(FinderTest, libraries_are_listed_in_order_and_nothing_else) {
  folder_.write("b/codec-b.so", "x");
  folder_.write("a/codec-a.so", "x");
  folder_.write("a/readme.txt", "x");
  EXPECT_EQ(list_libraries({folder_ / "b", folder_ / "a", folder_ / "none"}),
            (std::vector{folder_ / "a/codec-a.so", folder_ / "b/codec-b.so"}));
}

}  // namespace
}  // namespace tenon::plugin
