// SPDX-License-Identifier: Apache-2.0
#include "plugin/check.h"

#include <gtest/gtest.h>

#include "plugin/testing_folder.h"

namespace tenon::plugin {
namespace {

class LoadSettingsTest : public testing::Test {
 protected:
  std::expected<config::Settings, config::Problems> load(const std::string& toml) {
    path_ = folder_.write(
        "x.toml", toml + "\n[plugins]\ndirectories = [\"" + TENON_FIXTURE_PLUGINS + "\"]\n");
    return load_settings(path_);
  }

  // What is said of that default with that table, after the name of the file.
  std::string codec_problem(const std::string& compression, const std::string& table) {
    const auto loaded =
        load(table + "\n\n[topic.defaults]\ncompression = \"" + compression + "\"\n");
    if (loaded) return "none";
    for (const auto& problem : loaded.error()) {
      if (problem.text.find("compression") == std::string::npos) continue;
      return problem.message().substr(path_.size() + 1);
    }
    return "none";
  }

  TestingFolder folder_;
  std::string path_;
};

TEST_F(LoadSettingsTest, problems_of_settings_and_of_plugins_come_together_in_order) {
  const auto loaded = load(
      "[partitioner.fixed]\nanser = 1\n[node]\nid = \"x\"\n[codec.plain]\nlevel = 1\n"
      "[storage.none]\n");
  ASSERT_FALSE(loaded.has_value());
  std::vector<uint32_t> lines;
  for (const auto& problem : loaded.error()) lines.push_back(problem.line);
  EXPECT_EQ(lines, (std::vector<uint32_t>{1, 2, 4, 6, 7}));
}

TEST_F(LoadSettingsTest, the_codec_of_the_topic_defaults_must_be_loaded) {
  EXPECT_EQ(codec_problem("zstd", "[codec.plain]"),
            "4:15: \"topic.defaults.compression\" is \"zstd\", but no table [codec.zstd] loads it");
  EXPECT_EQ(codec_problem("gzip", ""),
            "4:15: \"topic.defaults.compression\" is \"gzip\", but no table [codec.gzip] loads it");
}

TEST_F(LoadSettingsTest, any_codec_with_the_wire_id_will_do_and_some_need_none) {
  EXPECT_EQ(codec_problem("gzip", "[codec.plain]"), "none") << "it stands for gzip";
  EXPECT_EQ(codec_problem("producer", ""), "none");
  EXPECT_EQ(codec_problem("uncompressed", ""), "none");
}

TEST_F(LoadSettingsTest, a_codec_that_cannot_be_loaded_is_not_said_to_be_missing_as_well) {
  EXPECT_EQ(codec_problem("zstd", "[codec.zstd]"), "none");
}

TEST_F(LoadSettingsTest, a_file_that_is_not_there_is_one_problem) {
  const auto loaded = load_settings(folder_ / "none.toml");
  ASSERT_EQ(loaded.error().size(), 1u);
}

}  // namespace
}  // namespace tenon::plugin
