// SPDX-License-Identifier: Apache-2.0
#include "config/toml/overlay.h"

#include <gtest/gtest.h>

#include "config/toml/toml_reader.h"

namespace tenon::config {
namespace {

class OverlayTest : public testing::Test {
 protected:
  void file(std::string_view text) { root_ = *read_toml(text, "x.toml"); }
  void set(const std::vector<std::string>& overrides) {
    overlay_overrides(root_, overrides, problems_);
  }
  void env(const std::map<std::string, std::string>& variables) {
    overlay_environment(root_, variables, problems_);
  }
  // The text of a.b, or "none".
  std::string at(const std::string& table, const std::string& key) {
    const Entry* outer = find_entry(root_, table);
    const Entry* inner = outer ? find_entry(outer->value, key) : nullptr;
    return inner ? inner->value.text : "none";
  }

  Value root_;
  std::vector<Problem> problems_;
};

TEST_F(OverlayTest, an_override_replaces_what_the_file_says) {
  file("[kafka]\nbind = \"a:1\"\n");
  set({"kafka.bind=b:2"});
  EXPECT_EQ(at("kafka", "bind"), "b:2");
}

TEST_F(OverlayTest, an_override_makes_the_tables_it_needs) {
  set({"storage.segment.path=/x.so"});
  EXPECT_EQ(find_entry(find_entry(root_, "storage")->value, "segment")->value.kind,
            ValueKind::kTable);
}

TEST_F(OverlayTest, the_value_may_hold_equals_signs_and_may_be_empty) {
  set({"node.rack=a=b", "http.bind="});
  EXPECT_EQ(at("node", "rack"), "a=b");
  EXPECT_EQ(at("http", "bind"), "");
}

TEST_F(OverlayTest, the_last_override_counts) {
  set({"node.id=1", "node.id=2"});
  EXPECT_EQ(at("node", "id"), "2");
}

TEST_F(OverlayTest, an_override_without_a_value_or_name_is_a_problem) {
  set({"kafka.bind", "=x", "a..b=1"});
  ASSERT_EQ(problems_.size(), 3u);
  EXPECT_EQ(problems_[0].message(), "--set kafka.bind: must be section.key=value");
}

TEST_F(OverlayTest, variables_are_lower_cased_and_split_at_two_underscores) {
  env({{"TENON__TOPIC__AUTO_CREATE", "false"}, {"PATH", "/bin"}});
  EXPECT_EQ(at("topic", "auto_create"), "false");
  EXPECT_EQ(root_.entries.size(), 1u);
}

TEST_F(OverlayTest, a_variable_finds_a_name_with_a_dash) {
  file("[partitioner.round-robin]\n");
  env({{"TENON__PARTITIONER__ROUND_ROBIN__PATH", "/x.so"}});
  const Entry* table = find_entry(find_entry(root_, "partitioner")->value, "round-robin");
  EXPECT_EQ(find_entry(table->value, "path")->value.text, "/x.so");
}

TEST_F(OverlayTest, a_table_cannot_be_made_of_a_value) {
  file("[kafka]\nbind = \"a:1\"\n");
  set({"kafka.bind.port=9"});
  ASSERT_EQ(problems_.size(), 1u);
  EXPECT_EQ(problems_[0].message(), "--set kafka.bind.port: \"bind\" is not a table");
}

TEST_F(OverlayTest, a_variable_that_names_nothing_is_a_problem) {
  env({{"TENON__", "x"}, {"TENON__KAFKA____BIND", "y"}});
  EXPECT_EQ(problems_.size(), 2u);
}

}  // namespace
}  // namespace tenon::config
