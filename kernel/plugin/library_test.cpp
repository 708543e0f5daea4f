// SPDX-License-Identifier: Apache-2.0
#include "plugin/library.h"

#include <gtest/gtest.h>

#include "plugin/testing_folder.h"
#include "plugin/testing_image.h"

namespace tenon::plugin {
namespace {

std::string refusal(const std::string& path) {
  const auto opened = open_library(image_of(path));
  if (opened) return "it was opened";
  EXPECT_EQ(opened.error().code, Errc::kPluginRefused);
  EXPECT_EQ(opened.error().where, std::filesystem::canonical(path).string());
  return opened.error().detail;
}

const char* version_of(const tn_module& module) {
  return module.descriptors[0]->version;
}

TEST(Library, equal_content_is_opened_once) {
  const TestingFolder folder;
  const tn_module* first = module_of(fixture_path("partitioner-fixed.so"));
  EXPECT_EQ(module_of(folder.copy_fixture("partitioner-fixed.so", "copy.so")), first);
  EXPECT_EQ(first->n_descriptors, 1u);
}

TEST(Library, two_versions_of_one_path_live_side_by_side) {
  const TestingFolder folder;
  const std::string path = folder.copy_fixture("partitioner-moving.so", "moving.so");
  const tn_module* first = module_of(path);
  std::filesystem::remove(path);
  folder.copy_fixture("partitioner-moving-2.so", "moving.so");
  const tn_module* second = module_of(path);
  EXPECT_STREQ(version_of(*first), "1.0.0");
  EXPECT_STREQ(version_of(*second), "2.0.0");
}

TEST(Library, what_becomes_of_the_file_is_no_matter_to_what_was_loaded) {
  const TestingFolder folder;
  const std::string path = folder.copy_fixture("partitioner-moving.so", "moving.so");
  const tn_module* module = module_of(path);
  std::filesystem::resize_file(path, 0);
  EXPECT_STREQ(version_of(*module), "1.0.0");
  folder.write("moving.so", std::string(8192, '\xcc'));
  EXPECT_STREQ(version_of(*module), "1.0.0");
  EXPECT_NE(module->descriptors[0]->get_interface("tenon.partitioner/1"), nullptr);
}

TEST(Library, what_was_opened_is_known_by_its_sum) {
  const TestingFolder folder;
  const std::string path = folder.copy_fixture("partitioner-fixed.so", "copy.so");
  std::ofstream(path, std::ios::binary | std::ios::app) << "its own";
  Image image = image_of(path);
  const std::string sum = image.sha256();
  EXPECT_FALSE(is_library_open(sum));
  ASSERT_TRUE(open_library(std::move(image)));
  EXPECT_TRUE(is_library_open(sum));
}

TEST(Library, a_file_that_was_opened_need_not_be_read_again_until_it_changes) {
  const TestingFolder folder;
  const std::string path = folder.copy_fixture("partitioner-fixed.so", "copy.so");
  const auto known = [&] { return open_image(*open_trusted(path, {}, Trust::of_program())); };
  EXPECT_FALSE(known());
  const tn_module* module = module_of(path);
  const auto image = known();
  ASSERT_TRUE(image);
  EXPECT_EQ(image->origin(), std::filesystem::canonical(path).string());
  EXPECT_EQ(*open_library(image->of(*open_trusted(path, {}, Trust::of_program()))), module);
  std::ofstream(path, std::ios::binary | std::ios::app) << "more";
  EXPECT_FALSE(known());
}

TEST(Library, what_cannot_be_loaded_is_refused_in_the_loaders_words) {
  const TestingFolder folder;
  const std::string words = refusal(folder.write("text.so", std::string(4096, 'x')));
  EXPECT_NE(words.find("cannot be loaded"), std::string::npos);
  EXPECT_NE(words.find("ELF"), std::string::npos);
  EXPECT_EQ(words.find("/proc/"), std::string::npos) << words;
}

// Not at its first call, in the middle of a request.
TEST(Library, a_symbol_that_nobody_has_is_found_missing_at_once) {
  EXPECT_NE(refusal(fixture_path("partitioner-unresolved.so")).find("undefined symbol"),
            std::string::npos);
}

}  // namespace
}  // namespace tenon::plugin
