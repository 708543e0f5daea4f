// SPDX-License-Identifier: Apache-2.0

#include "handlers/offsets/offset_delete.h"

#include "handlers/testing/group_handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class OffsetDeleteTest : public GroupHandlerTest {
 protected:
  wire::OffsetDeleteResponse remove(const std::string& group) {
    wire::OffsetDeleteRequest request;
    request.group_id = group;
    request.topics.push_back({.name = "t", .partitions = {{.partition_index = 0}}});
    return ask(handle_offset_delete, std::move(request));
  }
};

TEST_F(OffsetDeleteTest, forgets_the_offset) {
  find_coordinator();
  create("t");
  commit("g", "t", {0});
  const auto removed = remove("g");
  EXPECT_EQ(code(removed.error_code), ErrorCode::kNone);
  EXPECT_EQ(code(removed.topics.at(0).partitions.at(0).error_code), ErrorCode::kNone);
}

TEST_F(OffsetDeleteTest, an_unknown_group_is_not_found) {
  find_coordinator();
  EXPECT_EQ(code(remove("g").error_code), ErrorCode::kGroupIdNotFound);
}

TEST_F(OffsetDeleteTest, without_the_offsets_topic_there_is_no_coordinator) {
  EXPECT_EQ(code(remove("g").error_code), ErrorCode::kCoordinatorNotAvailable);
}

}  // namespace
}  // namespace tenon::handlers
