// SPDX-License-Identifier: Apache-2.0

#include "broker/group_plugins.h"

#include <gtest/gtest.h>

namespace tenon::broker {
namespace {

using Names = std::vector<std::string>;

config::GroupOptions named(const std::string& assignor, const std::string& shadow = "") {
  return {.assignor = assignor, .shadow_assignor = shadow};
}

TEST(GroupPlugins, an_assignor_must_be_loaded) {
  EXPECT_TRUE(check_group_plugins({"range", "mine"}, named("mine", "range")));
  EXPECT_TRUE(check_group_plugins({}, named("")));
  const auto refused = check_group_plugins({"range", "uniform"}, named("mine"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kInvalidConfig);
  EXPECT_EQ(refused.error().text(),
            "tenon.assignor: no assignor plugin \"mine\" is loaded (loaded: range, uniform); a "
            "table [assignor.NAME] of the broker's TOML loads one");
}

TEST(GroupPlugins, so_must_one_that_is_only_compared_with) {
  const auto refused = check_group_plugins({}, named("", "mine"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, "tenon.assignor.shadow");
  EXPECT_NE(refused.error().text().find("(none is)"), std::string::npos);
}

TEST(GroupPlugins, assignors_are_offered_in_the_order_that_was_asked_for_and_then_the_rest) {
  EXPECT_EQ(offered_assignors({"uniform", "range"}, {"mine", "range", "uniform"}),
            (Names{"uniform", "range", "mine"}));
  EXPECT_EQ(offered_assignors({"uniform", "range"}, {"mine", "range"}), (Names{"range", "mine"}));
  EXPECT_EQ(offered_assignors({"uniform"}, {}), Names{});
}

}  // namespace
}  // namespace tenon::broker
