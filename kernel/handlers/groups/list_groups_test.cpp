// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/list_groups.h"

#include <set>

#include "handlers/testing/group_handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class ListGroupsTest : public GroupHandlerTest {
 protected:
  std::set<std::string> list(wire::ListGroupsRequest request = {}) {
    const auto response = ask(handle_list_groups, std::move(request));
    EXPECT_EQ(code(response.error_code), ErrorCode::kNone);
    std::set<std::string> names;
    for (const auto& group : response.groups) names.insert(group.group_id);
    return names;
  }
};

TEST_F(ListGroupsTest, lists_the_groups_of_all_shards) {
  EXPECT_TRUE(list().empty());
  std::set<std::string> all;
  for (int i = 0; i < 8; ++i) all.insert("g" + std::to_string(i));
  for (const std::string& group : all) stable(group);
  EXPECT_EQ(list(), all);
}

TEST_F(ListGroupsTest, filters_by_state) {
  stable("g");
  find_coordinator();
  EXPECT_EQ(list({.states_filter = {"Stable"}}).size(), 1U);
  EXPECT_EQ(list({.states_filter = {"Empty"}}).size(), 0U);
}

// A part of the list must not look like the whole.
TEST_F(ListGroupsTest, one_coordinator_that_cannot_answer_makes_it_an_error) {
  stable("g");
  wait(groups_->coordinators(0).empty() ? groups_->coordinators(1).begin()->second->stop()
                                        : groups_->coordinators(0).begin()->second->stop());
  const auto response = ask(handle_list_groups, {});
  EXPECT_NE(code(response.error_code), ErrorCode::kNone);
  EXPECT_TRUE(response.groups.empty());
}

}  // namespace
}  // namespace tenon::handlers
