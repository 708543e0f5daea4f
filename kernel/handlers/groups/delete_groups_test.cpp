// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/delete_groups.h"

#include "handlers/groups/describe_groups.h"
#include "handlers/testing/group_handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class DeleteGroupsTest : public GroupHandlerTest {
 protected:
  std::vector<ErrorCode> remove(std::vector<std::string> groups) {
    std::vector<ErrorCode> codes;
    const auto response = ask(handle_delete_groups, {.groups_names = std::move(groups)});
    for (const auto& result : response.results) codes.push_back(code(result.error_code));
    return codes;
  }
  using Codes = std::vector<ErrorCode>;
};

TEST_F(DeleteGroupsTest, answers_each_group_in_its_place) {
  stable("busy");
  create("t");
  commit("empty", "t", {0});
  EXPECT_EQ(remove({"busy", "missing", "empty"}),
            (Codes{ErrorCode::kNonEmptyGroup, ErrorCode::kGroupIdNotFound, ErrorCode::kNone}));
}

TEST_F(DeleteGroupsTest, without_the_offsets_topic_there_is_no_coordinator) {
  EXPECT_EQ(remove({"g"}), Codes{ErrorCode::kCoordinatorNotAvailable});
}

}  // namespace
}  // namespace tenon::handlers
