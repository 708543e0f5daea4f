// SPDX-License-Identifier: Apache-2.0
//
// IncrementalAlterConfigs (KIP-339) and AlterConfigs for topics.

#include "controller/topics/plan_fixture.h"

namespace tenon::controller {
namespace {

class AlterTopicConfigsTest : public PlanFixture {
 protected:
  using Changes = std::vector<ConfigChange>;

  Plan<> plan(const Changes& changes, bool replace_all = false) {
    return plan_alter_topic_configs(
        context(), {{.topic = "a", .changes = changes, .replace_all = replace_all}}, false);
  }
  Errc refusal(const Changes& changes) { return code(plan(changes).results.front()); }
  Configs after(const Changes& changes, bool replace_all = false) {
    const auto planned = plan(changes, replace_all);
    EXPECT_TRUE(planned.results[0]) << planned.results[0].error().text();
    given(planned.records);
    return image_->find("a")->configs;
  }
};

TEST_F(AlterTopicConfigsTest, configs_are_set_and_deleted) {
  given_topic("a", 1, {{"retention.ms", "1"}, {"segment.bytes", "1048576"}});
  EXPECT_EQ(
      after({{"retention.ms", ConfigOp::kSet, "2"}, {"segment.bytes", ConfigOp::kDelete, {}}}),
      (Configs{{"retention.ms", "2"}, {"tenon.storage", "segment"}}));
}

TEST_F(AlterTopicConfigsTest, deleting_what_is_not_set_changes_nothing) {
  given_topic("a");
  EXPECT_TRUE(plan({{"retention.ms", ConfigOp::kDelete, {}}}).records.empty());
}

TEST_F(AlterTopicConfigsTest, a_value_that_is_set_already_is_not_written_again) {
  given_topic("a", 1, {{"retention.ms", "1"}});
  EXPECT_TRUE(plan({{"retention.ms", ConfigOp::kSet, "1"}}).records.empty());
}

TEST_F(AlterTopicConfigsTest, lists_are_appended_to_and_subtracted_from) {
  given_topic("a");
  EXPECT_EQ(after({{"cleanup.policy", ConfigOp::kAppend, "compact"}}).at("cleanup.policy"),
            "delete,compact");
  EXPECT_EQ(after({{"cleanup.policy", ConfigOp::kSubtract, "delete"}}).at("cleanup.policy"),
            "compact");
  EXPECT_EQ(after({{"cleanup.policy", ConfigOp::kAppend, "compact"}}).at("cleanup.policy"),
            "compact");
}

TEST_F(AlterTopicConfigsTest, what_is_not_a_list_cannot_be_appended_to) {
  given_topic("a");
  EXPECT_EQ(refusal({{"retention.ms", ConfigOp::kAppend, "1"}}), Errc::kInvalidConfig);
  EXPECT_EQ(refusal({{"retention.ms", ConfigOp::kSubtract, "1"}}), Errc::kInvalidConfig);
}

TEST_F(AlterTopicConfigsTest, values_are_validated_and_nothing_is_half_done) {
  given_topic("a");
  const auto planned =
      plan({{"retention.ms", ConfigOp::kSet, "5"}, {"segment.bytes", ConfigOp::kSet, "many"}});
  EXPECT_EQ(code(planned.results[0]), Errc::kInvalidConfig);
  EXPECT_TRUE(planned.records.empty());
}

TEST_F(AlterTopicConfigsTest, a_value_must_be_given) {
  given_topic("a");
  EXPECT_EQ(refusal({{"retention.ms", ConfigOp::kSet, std::nullopt}}), Errc::kInvalidRequest);
}

TEST_F(AlterTopicConfigsTest, a_config_changed_twice_in_a_request_is_refused) {
  given_topic("a");
  EXPECT_EQ(refusal({{"retention.ms", ConfigOp::kSet, "1"}, {"retention.ms", ConfigOp::kSet, "2"}}),
            Errc::kInvalidRequest);
}

TEST_F(AlterTopicConfigsTest, an_unknown_topic_is_refused) {
  EXPECT_EQ(refusal({{"retention.ms", ConfigOp::kSet, "1"}}), Errc::kUnknownTopicOrPartition);
}

TEST_F(AlterTopicConfigsTest, a_topic_named_twice_is_refused_both_times) {
  given_topic("a");
  TopicConfigChanges change;
  change.topic = "a";
  const auto planned = plan_alter_topic_configs(context(), {change, change}, false);
  for (const auto& result : planned.results) EXPECT_EQ(code(result), Errc::kInvalidRequest);
}

TEST_F(AlterTopicConfigsTest, the_storage_of_a_topic_stays_as_it_was_made) {
  given_topic("a", 1, {{"tenon.storage", "memory"}});
  EXPECT_EQ(refusal({{"tenon.storage", ConfigOp::kSet, "segment"}}), Errc::kInvalidConfig);
  EXPECT_EQ(refusal({{"tenon.storage", ConfigOp::kDelete, {}}}), Errc::kInvalidConfig);
  EXPECT_TRUE(plan({{"tenon.storage", ConfigOp::kSet, "memory"}}).records.empty());
}

TEST_F(AlterTopicConfigsTest, replacing_all_drops_what_is_not_given) {
  given_topic("a", 1, {{"retention.ms", "1"}, {"segment.bytes", "1048576"}});
  EXPECT_EQ(after({{"retention.bytes", ConfigOp::kSet, "7"}}, true),
            (Configs{{"retention.bytes", "7"}, {"tenon.storage", "segment"}}));
}

TEST_F(AlterTopicConfigsTest, validating_only_makes_no_records) {
  given_topic("a");
  const auto planned = plan_alter_topic_configs(
      context(),
      {{.topic = "a", .changes = {{"retention.ms", ConfigOp::kSet, "1"}}, .replace_all = false}},
      true);
  EXPECT_TRUE(planned.results[0]);
  EXPECT_TRUE(planned.records.empty());
}

}  // namespace
}  // namespace tenon::controller
