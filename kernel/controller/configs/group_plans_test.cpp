// SPDX-License-Identifier: Apache-2.0
//
// IncrementalAlterConfigs and AlterConfigs for groups.

#include "controller/configs/group_plans.h"

#include "controller/topics/plan_fixture.h"

namespace tenon::controller {
namespace {

class GroupPlansTest : public PlanFixture {
 protected:
  using Changes = std::vector<ConfigChange>;

  Plan<> plan(const Changes& changes, bool replace_all = false, bool validate_only = false) {
    return plan_alter_group_configs(
        *image_, groups_, {{.group_id = "g", .changes = changes, .replace_all = replace_all}},
        validate_only);
  }
  Errc refusal(const Changes& changes) { return code(plan(changes).results.front()); }
  Configs after(const Changes& changes, bool replace_all = false) {
    const auto planned = plan(changes, replace_all);
    EXPECT_TRUE(planned.results[0]) << planned.results[0].error().text();
    given(planned.records);
    return image_->group_configs("g");
  }
  static ConfigChange set(const std::string& name, const std::string& value) {
    return {name, ConfigOp::kSet, value};
  }
  static ConfigChange unset(const std::string& name) { return {name, ConfigOp::kDelete, {}}; }

  GroupPolicy groups_;
};

constexpr auto kSession = "consumer.session.timeout.ms";
constexpr auto kHeartbeat = "consumer.heartbeat.interval.ms";
constexpr auto kAssignor = "tenon.assignor";

TEST_F(GroupPlansTest, configs_are_set_and_deleted_for_a_group_that_is_not_there) {
  EXPECT_EQ(after({set(kSession, "60000"), set(kAssignor, "range")}),
            (Configs{{kSession, "60000"}, {kAssignor, "range"}}));
  EXPECT_EQ(after({unset(kSession)}), (Configs{{kAssignor, "range"}}));
  EXPECT_TRUE(after({unset(kAssignor)}).empty());
  EXPECT_TRUE(image_->groups().empty());
}

TEST_F(GroupPlansTest, what_is_set_already_is_not_written_again) {
  after({set(kSession, "60000")});
  EXPECT_TRUE(plan({set(kSession, "60000"), unset(kAssignor)}).records.empty());
}

TEST_F(GroupPlansTest, values_are_validated_and_nothing_is_half_done) {
  const auto planned = plan({set(kHeartbeat, "6000"), set(kSession, "1")});
  EXPECT_EQ(code(planned.results[0]), Errc::kInvalidConfig);
  EXPECT_TRUE(planned.records.empty());
  EXPECT_EQ(refusal({set("retention.ms", "1")}), Errc::kInvalidConfig);
  EXPECT_EQ(refusal({{kSession, ConfigOp::kSet, std::nullopt}}), Errc::kInvalidRequest);
  EXPECT_EQ(refusal({set(kSession, "60000"), unset(kSession)}), Errc::kInvalidRequest);
}

TEST_F(GroupPlansTest, no_config_of_a_group_is_a_list) {
  EXPECT_EQ(refusal({{kAssignor, ConfigOp::kAppend, "range"}}), Errc::kInvalidConfig);
  EXPECT_EQ(refusal({{kAssignor, ConfigOp::kSubtract, "range"}}), Errc::kInvalidConfig);
}

TEST_F(GroupPlansTest, replacing_all_drops_what_is_not_given) {
  after({set(kSession, "60000"), set(kAssignor, "range")});
  EXPECT_EQ(after({set(kHeartbeat, "6000")}, true), (Configs{{kHeartbeat, "6000"}}));
}

TEST_F(GroupPlansTest, validating_only_makes_no_records) {
  const auto planned = plan({set(kSession, "60000")}, false, true);
  EXPECT_TRUE(planned.results[0]);
  EXPECT_TRUE(planned.records.empty());
}

TEST_F(GroupPlansTest, the_empty_group_and_a_group_named_twice_are_refused) {
  const auto planned = plan_alter_group_configs(*image_, groups_,
                                                {{.group_id = "", .changes = {}},
                                                 {.group_id = "g", .changes = {}},
                                                 {.group_id = "g", .changes = {}}},
                                                false);
  for (const auto& result : planned.results) EXPECT_EQ(code(result), Errc::kInvalidRequest);
}

TEST_F(GroupPlansTest, a_further_check_may_refuse_what_is_valid_in_itself) {
  groups_.check_options = [](const config::GroupOptions& options) -> Result<> {
    if (options.assignor == "range") return {};
    return fail(Errc::kInvalidConfig, "", "not loaded");
  };
  EXPECT_EQ(refusal({set(kAssignor, "mine")}), Errc::kInvalidConfig);
  EXPECT_EQ(after({set(kAssignor, "range")}).size(), 1U);
}

TEST_F(GroupPlansTest, a_group_that_new_settings_have_made_wrong_can_lose_its_configs) {
  after({set(kSession, "60000"), set(kHeartbeat, "6000")});
  groups_.defaults.session_timeout_ms.max = 50'000;
  EXPECT_EQ(refusal({set(kSession, "60000")}), Errc::kInvalidConfig);
  EXPECT_EQ(after({set(kHeartbeat, "7000")}).size(), 2U);
  EXPECT_EQ(after({unset(kHeartbeat)}).size(), 1U);
  EXPECT_TRUE(after({unset(kSession)}).empty());
}

}  // namespace
}  // namespace tenon::controller
