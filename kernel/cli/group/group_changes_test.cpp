// SPDX-License-Identifier: Apache-2.0

#include "cli/group/group_changes.h"

#include <gtest/gtest.h>

#include "config/groups/group_config.h"

namespace tenon::cli {
namespace {

const std::vector<std::string> kKnown = {"consumer.session.timeout.ms", "tenon.assignor"};

TEST(GroupChanges, keys_are_set_and_deleted) {
  EXPECT_EQ(parse_changes({"a=1", "b="}, {"c"}).value(),
            (GroupChanges{{"a", "1"}, {"b", ""}, {"c", std::nullopt}}));
  EXPECT_EQ(parse_changes({"a=b=c"}, {}).value(), (GroupChanges{{"a", "b=c"}}));
}

TEST(GroupChanges, a_key_is_given_once) {
  EXPECT_EQ(parse_changes({"a=1", "a=2"}, {}).error().exit_code, kUsage);
  EXPECT_EQ(parse_changes({}, {"a", "a"}).error().exit_code, kUsage);
  EXPECT_EQ(parse_changes({"a=1"}, {"a"}).error().text,
            "a is given twice, so it is not clear what it is to be; give it once to --set or to "
            "--delete");
}

TEST(GroupChanges, other_texts_and_none_are_refused) {
  EXPECT_EQ(parse_changes({"=1"}, {}).error().text, "--set: \"=1\" is no KEY=VALUE");
  EXPECT_EQ(parse_changes({"a"}, {}).error().exit_code, kUsage);
  EXPECT_EQ(parse_changes({}, {}).error().exit_code, kUsage);
}

TEST(GroupChanges, only_a_deletion_can_be_of_an_unknown_key) {
  EXPECT_EQ(unknown_deletion({{"tenon.assignor", std::nullopt}}, kKnown), std::nullopt);
  EXPECT_EQ(unknown_deletion({{"tenon.foo", "1"}}, kKnown), std::nullopt);
  EXPECT_EQ(unknown_deletion({{"tenon.foo", std::nullopt}}, kKnown), "tenon.foo");
}

TEST(GroupChanges, an_unknown_key_is_answered_with_the_nearest) {
  EXPECT_EQ(no_such_config("billing", "tenon.asignor", kKnown).text,
            "group billing: there is no config tenon.asignor to delete; did you mean "
            "\"tenon.assignor\"?");
  EXPECT_EQ(no_such_config("billing", "retention", kKnown).text,
            "group billing: there is no config retention to delete; groups have "
            "consumer.session.timeout.ms, tenon.assignor");
}

TEST(GroupChanges, a_stored_config_is_known_by_its_whole_key) {
  const char* message = "Unknown group config name: tenon.foo; groups have tenon.assignor";
  EXPECT_TRUE(refuses_stored(message, "tenon.foo"));
  EXPECT_FALSE(refuses_stored(message, "tenon.fo"));
  EXPECT_FALSE(refuses_stored(message, "tenon.assignor"));
  EXPECT_FALSE(refuses_stored("", "tenon.foo"));
}

// The message is the broker's own: as long as it reads so, what is stored is found by it.
TEST(GroupChanges, the_broker_names_a_stored_config_that_it_does_not_know) {
  const auto refused = config::parse_group_config({}, {{"tenon.foo", "1"}});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refuses_stored(refused.error().text(), "tenon.foo"));
}

TEST(GroupChanges, are_told_as_text_and_as_json) {
  const GroupChanges changes = {{"a", "1"}, {"b", std::nullopt}};
  EXPECT_EQ(changes_as_text("g", changes), "g: a = 1\ng: b is the broker's again\n");
  EXPECT_EQ(changes_as_json("g", changes),
            R"([{"group":"g","config":"a","value":"1","status":"set"},)"
            R"({"group":"g","config":"b","value":null,"status":"deleted"}])"
            "\n");
}

}  // namespace
}  // namespace tenon::cli
