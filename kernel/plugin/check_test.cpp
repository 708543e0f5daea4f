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
  EXPECT_EQ(lines, (std::vector<uint32_t>{2, 4, 6, 7, 0}));
}

TEST_F(LoadSettingsTest, a_file_that_is_not_there_is_one_problem) {
  const auto loaded = load_settings(folder_ / "none.toml");
  ASSERT_EQ(loaded.error().size(), 1u);
}

}  // namespace
}  // namespace tenon::plugin
