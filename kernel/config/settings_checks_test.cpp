// SPDX-License-Identifier: Apache-2.0
#include "config/settings_checks.h"

#include "config/testing_settings.h"

namespace tenon::config {
namespace {

TEST_F(SettingsTest, the_default_storage_must_be_loaded) {
  EXPECT_EQ(problem("[storage]\ndefault = \"memory\"\n"),
            "x.toml:2:11: \"storage.default\" is \"memory\", but no table [storage.memory] loads "
            "it");
  const ReadSettings nothing = read_text("", "x.toml");
  ASSERT_EQ(nothing.problems.size(), 1u);
  EXPECT_TRUE(nothing.problems.front().message().starts_with("x.toml:1:1: "));
}

TEST_F(SettingsTest, the_default_partitioner_must_be_loaded) {
  EXPECT_EQ(problem("[topic.defaults]\npartitioner = \"hash\"\n"),
            "x.toml:2:15: \"topic.defaults.partitioner\" is \"hash\", but no table "
            "[partitioner.hash] loads it");
  EXPECT_TRUE(problems("[topic.defaults]\npartitioner = \"hash\"\npartitioner_guard = \"warn\"\n"
                       "[partitioner.hash]\n")
                  .empty());
}

TEST_F(SettingsTest, a_default_guard_needs_a_default_partitioner) {
  EXPECT_EQ(problem("[topic.defaults]\npartitioner_guard = \"warn\"\n"),
            "x.toml:2:21: \"topic.defaults.partitioner_guard\" has nothing to go by: set "
            "\"topic.defaults.partitioner\", too");
}

TEST_F(SettingsTest, there_must_be_a_data_directory_and_none_twice) {
  EXPECT_NE(problem("[storage]\ndata_dirs = []\n").find("must name a directory"),
            std::string::npos);
  EXPECT_EQ(problem("[storage]\ndata_dirs = [\"/d\", \"/d/\"]\n"),
            "x.toml:2:13: \"storage.data_dirs\" names /d twice");
}

TEST_F(SettingsTest, two_servers_cannot_have_one_address) {
  EXPECT_EQ(problem("[http]\nbind = \"127.0.0.1:9092\"\n"),
            "x.toml:2:8: \"http.bind\" is \"127.0.0.1:9092\", as \"kafka.bind\" is");
  EXPECT_TRUE(problems("[kafka]\nbind = \"h:0\"\n[http]\nbind = \"h:0\"\n").empty());
}

TEST_F(SettingsTest, a_wildcard_is_no_address_to_advertise) {
  EXPECT_NE(problem("[kafka]\nadvertise = \"0.0.0.0:9092\"\n").find("clients can connect to"),
            std::string::npos);
}

TEST_F(SettingsTest, the_kafka_port_cannot_be_left_out) {
  EXPECT_EQ(problem("[kafka]\nbind = \"\"\n"), "x.toml:2:8: \"kafka.bind\" must be \"host:port\"");
}

TEST_F(SettingsTest, budgets_must_nest) {
  EXPECT_EQ(problem("[network]\nconnection_memory_max = \"1MiB\"\n"),
            "x.toml:2:25: \"network.request_bytes_max\" = 100MiB is above "
            "\"network.connection_memory_max\" = 1MiB");
  EXPECT_EQ(problem("[topic.defaults]\nmax_batch_bytes = \"200MiB\"\n"),
            "x.toml:2:19: \"topic.defaults.max_batch_bytes\" = 200MiB is above "
            "\"network.request_bytes_max\" = 100MiB");
}

TEST_F(SettingsTest, the_shortest_session_is_not_above_the_longest) {
  EXPECT_NE(problem("[groups]\nsession_timeout_min = \"1h\"\n").find("session_timeout_max"),
            std::string::npos);
}

TEST_F(SettingsTest, an_assignor_that_is_offered_must_be_loaded) {
  EXPECT_EQ(problem("[groups.consumer]\nassignors = [\"uniform\"]\n"),
            "x.toml:2:13: \"groups.consumer.assignors\" names \"uniform\", but no table "
            "[assignor.uniform] loads it");
  EXPECT_EQ(problem("[groups.consumer]\nassignors = [\"range\", \"range\"]\n[assignor.range]\n"),
            "x.toml:2:13: \"groups.consumer.assignors\" names \"range\" twice");
  EXPECT_TRUE(problems("").empty());  // those of the default need not be there
}

TEST_F(SettingsTest, what_groups_get_lies_within_what_they_may_ask_for) {
  EXPECT_EQ(problem("[groups.consumer]\nsession_timeout = \"30s\"\n"),
            "x.toml:2:19: \"groups.consumer.session_timeout_min\" = 45s is above "
            "\"groups.consumer.session_timeout\" = 30s");
  EXPECT_EQ(problem("[groups.consumer]\nheartbeat_interval = \"20s\"\n"),
            "x.toml:2:22: \"groups.consumer.heartbeat_interval\" = 20s is above "
            "\"groups.consumer.heartbeat_interval_max\" = 15s");
  EXPECT_EQ(problem("[groups.consumer]\nheartbeat_interval_max = \"1m\"\n"
                    "heartbeat_interval = \"45s\"\n"),
            "x.toml:3:22: \"groups.consumer.heartbeat_interval\" must be shorter than "
            "\"groups.consumer.session_timeout\"");
}

}  // namespace
}  // namespace tenon::config
