// SPDX-License-Identifier: Apache-2.0

#include "controller/configs/config_changes.h"

#include <gtest/gtest.h>

namespace tenon::controller {
namespace {

using Changes = std::vector<ConfigChange>;

std::optional<std::string> list_default(std::string_view name) {
  return name == "list" ? std::optional<std::string>("x") : std::nullopt;
}
Result<Configs> changed(const Configs& before, const Changes& changes, bool replace_all = false) {
  return change_configs(before, {changes, replace_all}, list_default);
}

TEST(ConfigChanges, a_list_that_is_not_set_begins_with_its_default) {
  EXPECT_EQ(changed({}, {{"list", ConfigOp::kAppend, "y, z"}})->at("list"), "x,y,z");
  EXPECT_EQ(changed({}, {{"list", ConfigOp::kSubtract, "x"}})->at("list"), "");
  EXPECT_EQ(changed({{"list", "a"}}, {{"list", ConfigOp::kAppend, "a,b"}})->at("list"), "a,b");
}

TEST(ConfigChanges, replacing_all_forgets_what_was) {
  EXPECT_EQ(*changed({{"a", "1"}, {"b", "2"}}, {{"b", ConfigOp::kSet, "3"}}, true),
            (Configs{{"b", "3"}}));
}

TEST(ConfigChanges, the_records_say_what_became_different) {
  std::vector<metadata::Record> records;
  append_difference("g", {{"gone", "1"}, {"kept", "2"}, {"other", "3"}},
                    {{"kept", "2"}, {"new", "5"}, {"other", "4"}}, metadata::group_config_record,
                    records);
  std::string text;
  for (const auto& record : records) {
    const auto& config = std::get<wire::ConfigRecord>(record);
    EXPECT_EQ(config.resource_type, metadata::kGroupResource);
    text += config.resource_name + ":" + config.name + "=" + config.value.value_or("-") + " ";
  }
  EXPECT_EQ(text, "g:gone=- g:new=5 g:other=4 ");
}

}  // namespace
}  // namespace tenon::controller
