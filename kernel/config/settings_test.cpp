// SPDX-License-Identifier: Apache-2.0
#include "config/settings.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/testing_settings.h"

namespace tenon::config {
namespace {

using Messages = std::vector<std::string>;

TEST_F(SettingsTest, an_empty_file_gives_the_defaults) {
  const Settings s = settings("");
  EXPECT_EQ(s.node.id, 1);
  EXPECT_EQ(s.kafka.bind.text(), "127.0.0.1:9092");
  EXPECT_EQ(s.http.bind.text(), "127.0.0.1:9644");
  EXPECT_EQ(s.network.request_bytes_max, 100 << 20);
  EXPECT_EQ(s.groups.offsets_partitions, 50);
  EXPECT_EQ(s.topic.defaults, TopicConfig{});
  EXPECT_EQ(s.log.level, LogLevel::kInfo);
}

TEST_F(SettingsTest, what_the_file_says_counts) {
  const Settings s = settings(
      "[node]\nid = 7\n[topic]\nauto_create = false\n[topic.defaults]\npartitions = 3\n"
      "retention = \"1d\"\nfsync = \"never\"\ncleanup = [\"compact\"]\n[log]\nlevel = \"warn\"\n");
  EXPECT_EQ(s.node.id, 7);
  EXPECT_FALSE(s.topic.auto_create);
  EXPECT_EQ(s.topic.partitions, 3);
  EXPECT_EQ(s.topic.defaults.retention_ms, 86'400'000);
  EXPECT_EQ(s.topic.defaults.tenon_fsync, Fsync::kNever);
  EXPECT_TRUE(s.topic.defaults.cleanup_policy.compact);
  EXPECT_EQ(s.log.level, LogLevel::kWarn);
}

TEST_F(SettingsTest, the_command_line_wins_over_the_environment_and_that_over_the_file) {
  env("TENON__NODE__ID", "2");
  env("TENON__NODE__RACK", "r2");
  set("node.id=3");
  const Settings s = settings("[node]\nid = 1\nrack = \"r1\"\n");
  EXPECT_EQ(s.node.id, 3);
  EXPECT_EQ(s.node.rack, "r2");
}

TEST_F(SettingsTest, everything_that_is_wrong_is_said_at_once_in_order) {
  EXPECT_EQ(problems("[node]\nid = \"x\"\n[kafka]\nbnd = \"a:1\"\nbind = 9092\n[fetch]\n"
                     "bytes_max = \"1 potato\"\n"),
            (Messages{"x.toml:2:6: \"node.id\" must be an integer",
                      "x.toml:4:1: unknown setting \"kafka.bnd\"; did you mean \"kafka.bind\"?",
                      "x.toml:5:8: \"kafka.bind\" must be \"host:port\"",
                      "x.toml:7:13: \"fetch.bytes_max\" must be a size like \"64KiB\" or "
                      "\"1GiB\""}));
}

TEST_F(SettingsTest, a_mistyped_table_is_suggested) {
  EXPECT_EQ(problem("[kafak]\nbind = \"a:1\"\n"),
            "x.toml:1:2: unknown table \"kafak\"; did you mean \"kafka\"?");
  EXPECT_EQ(problem("[partitoner.hash]\n"),
            "x.toml:1:2: unknown table \"partitoner\"; did you mean \"partitioner\"?");
}

TEST_F(SettingsTest, a_setting_in_the_wrong_table_is_pointed_home) {
  EXPECT_EQ(problem("[node]\nidle_timeout = \"1m\"\n"),
            "x.toml:2:1: unknown setting \"node.idle_timeout\"; did you mean "
            "\"network.idle_timeout\"?");
}

TEST_F(SettingsTest, kafkas_own_name_is_translated) {
  EXPECT_EQ(problem("[log]\ndirs = [\"/x\"]\n"),
            "x.toml:2:1: unknown setting \"log.dirs\"; Tenon calls it \"storage.data_dirs\"");
}

TEST_F(SettingsTest, later_kinds_and_listeners_are_refused_in_words) {
  EXPECT_EQ(problem("[coordination.kraft]\n"),
            "x.toml:1:2: plugins of the kind \"coordination\" are not in this release");
  EXPECT_NE(problem("[[listener]]\nname = \"x\"\n").find("this release has one listener"),
            std::string::npos);
}

TEST_F(SettingsTest, an_override_that_is_wrong_says_that_it_is_one) {
  set("kafka.bind=here");
  EXPECT_EQ(problem(""),
            "--set kafka.bind: \"kafka.bind\" must be \"host:port\", as in \"127.0.0.1:9092\", not "
            "\"here\"");
}

TEST_F(SettingsTest, an_unknown_variable_is_a_problem_too) {
  env("TENON__KAFKA__BND", "a:1");
  EXPECT_EQ(problem(""),
            "TENON__KAFKA__BND: unknown setting \"kafka.bnd\"; did you mean \"kafka.bind\"?");
}

TEST_F(SettingsTest, a_plugin_table_keeps_its_options_and_places) {
  const Settings s = settings("[codec.gzip]\nlevel = 6\npath = \"/opt/x.so\"\n");
  ASSERT_EQ(s.plugins.tables.size(), 2u);
  const PluginTable& gzip = s.plugins.tables.front();
  EXPECT_EQ(gzip.kind + " " + gzip.name, "codec gzip");
  EXPECT_EQ(gzip.at.line, 1u);
  EXPECT_EQ(gzip.path, "/opt/x.so");
  EXPECT_EQ(gzip.path_at.text(), "x.toml:3:8");
  ASSERT_EQ(gzip.options.size(), 1u);
  EXPECT_EQ(gzip.options.front().at.text(), "x.toml:2:1");
}

TEST_F(SettingsTest, an_override_reaches_an_option_of_a_plugin) {
  env("TENON__PARTITIONER__ROUND_ROBIN__SEED", "5");
  const Settings s = settings("[partitioner.round-robin]\n");
  ASSERT_EQ(s.plugins.tables.front().options.size(), 1u);
  EXPECT_EQ(s.plugins.tables.front().options.front().value.text, "5");
}

TEST_F(SettingsTest, settings_and_plugins_of_storage_live_in_one_table) {
  const Settings s = settings("[storage]\ndata_dirs = [\"/d\"]\n[storage.memory]\n");
  EXPECT_EQ(s.storage.data_dirs, std::vector<std::string>{"/d"});
  EXPECT_EQ(s.plugins.tables.size(), 2u);
}

TEST_F(SettingsTest, plugins_come_in_the_order_of_the_file) {
  std::string order;
  for (const PluginTable& table :
       settings("[storage]\n[codec.b]\n[partitioner.c]\n[codec.a]\n").plugins.tables)
    order += table.name + " ";
  EXPECT_EQ(order, "b c a segment ");
}

TEST_F(SettingsTest, a_plugin_must_be_a_table_with_a_proper_name) {
  EXPECT_EQ(problem("[codec]\ngzip = 1\n"), "x.toml:2:1: \"gzip\" must be a table: [codec.gzip]");
  EXPECT_EQ(problem("[codec.\"../x\"]\n"),
            "x.toml:1:8: \"../x\" cannot be the name of a codec plugin: use lower case, digits, "
            "'-' and '_'");
}

TEST_F(SettingsTest, paths_become_absolute) {
  const Settings s = settings(
      "[plugins]\ndirectories = [\"../x\", \"/abs/\"]\n[codec.a]\n"
      "path = \"a.so\"\n");
  EXPECT_EQ(s.plugins.directories, (Messages{"/opt/tenon/x", "/abs"}));
  EXPECT_EQ(s.plugins.tables.front().path, "/opt/tenon/bin/a.so");
  EXPECT_EQ(s.storage.data_dirs.front(), (std::filesystem::current_path() / "data").string());
}

TEST_F(SettingsTest, a_plugin_may_be_pinned_by_the_sum_of_its_library) {
  const std::string sum(64, 'A');
  const PluginTable table =
      settings("[codec.a]\nsha256 = \"" + sum + "\"\n").plugins.tables.front();
  EXPECT_EQ(table.sha256, std::string(64, 'a'));
  EXPECT_EQ(table.sha256_at.line, 2u);
  EXPECT_TRUE(table.options.empty());
}

TEST_F(SettingsTest, what_is_no_sum_is_told) {
  for (const std::string wrong : {"\"\"", "\"abc\"", "7"}) {
    EXPECT_EQ(problem("[codec.a]\nsha256 = " + wrong + "\n"),
              "x.toml:2:10: \"sha256\" must be the 64 hexadecimal digits that `sha256sum FILE` "
              "prints");
  }
  EXPECT_NE(problem("[codec.a]\nsha256 = \"" + std::string(64, 'g') + "\"\n"), "");
}

TEST_F(SettingsTest, plugins_are_looked_for_beside_the_program) {
  EXPECT_EQ(settings("").plugins.directories, Messages{"/opt/tenon/lib/tenon/plugins"});
}

TEST_F(SettingsTest, every_setting_knows_where_its_value_is_from) {
  set("node.rack=r");
  const Settings s = settings("[log]\nflush_interval = 2000\n");
  EXPECT_EQ(s.origins.at("log.flush_interval").text, "2s");
  EXPECT_EQ(s.origins.at("log.flush_interval").at.line, 2u);
  EXPECT_EQ(s.origins.at("node.rack").at.file, "--set node.rack");
  EXPECT_EQ(s.origins.at("node.id").at.file, "");
}

TEST_F(SettingsTest, where_something_is_wrong_the_default_stands) {
  const ReadSettings result = read_toml_text("[node]\nid = -5\n");
  EXPECT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.settings.node.id, 1);
}

TEST_F(SettingsTest, a_syntax_error_is_the_only_problem) {
  EXPECT_EQ(problems("[node\nid = 1\n").size(), 1u);
}

TEST_F(SettingsTest, an_unreadable_file_is_one_sentence) {
  EXPECT_EQ(load("/no/such/file.toml").error().front().message(),
            "/no/such/file.toml: cannot be read: No such file or directory");
  EXPECT_EQ(load("/").error().front().message(), "/: is a directory");
}

TEST_F(SettingsTest, the_environment_is_read_by_its_prefix) {
  ::setenv("TENON__NODE__RACK", "from-env", 1);
  ::setenv("TENON_OTHER", "x", 1);
  const Environment found = tenon_environment();
  ::unsetenv("TENON__NODE__RACK");
  ::unsetenv("TENON_OTHER");
  EXPECT_EQ(found.at("TENON__NODE__RACK"), "from-env");
  EXPECT_FALSE(found.contains("TENON_OTHER"));
}

// The file, every commented-out setting turned on.
std::string with_defaults_shown(const std::filesystem::path& path) {
  std::ifstream stream(path);
  std::string text, line;
  while (std::getline(stream, line)) {
    const bool is_setting = line.starts_with("# ") && line.size() > 2 && std::islower(line[2]) &&
                            line.substr(2).find(" = ") < line.substr(2).find(' ') + 1;
    text += (is_setting ? line.substr(2) : line) + "\n";
  }
  return text;
}

class ShippedConfigs : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, ShippedConfigs, testing::Values("standalone.toml", "dev.toml"));

TEST_P(ShippedConfigs, have_no_problem) {
  const auto settings = load(std::string(TENON_CONFIGS) + "/" + GetParam());
  if (settings) return;
  for (const Problem& problem : settings.error()) ADD_FAILURE() << problem.message();
}

TEST(StandaloneConfig, shows_every_setting_with_its_true_default) {
  const std::string text =
      with_defaults_shown(std::filesystem::path(TENON_CONFIGS) / "standalone.toml");
  const ReadSettings shown = read_text(text, "standalone.toml");
  for (const Problem& problem : shown.problems) ADD_FAILURE() << problem.message();
  for (const SettingInfo& info : list_settings()) {
    const Origin& origin = shown.settings.origins.at(std::string(info.key));
    EXPECT_NE(origin.at.line, 0u) << info.key << " is not in the file";
    if (info.default_text.empty() || info.key == "storage.data_dirs") continue;
    EXPECT_EQ(origin.text, info.default_text) << info.key;
  }
}

}  // namespace
}  // namespace tenon::config
