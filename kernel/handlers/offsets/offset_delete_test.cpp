// SPDX-License-Identifier: Apache-2.0

#include "handlers/offsets/offset_delete.h"

#include "handlers/testing/group_handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class OffsetDeleteTest : public GroupHandlerTest {
 protected:
  wire::OffsetDeleteResponse remove(const std::string& group, const std::string& topic = "t",
                                    const std::vector<int32_t>& partitions = {0}) {
    wire::OffsetDeleteRequest request;
    request.group_id = group;
    auto& from = request.topics.emplace_back();
    from.name = topic;
    for (const int32_t index : partitions) from.partitions.push_back({.partition_index = index});
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

TEST_F(OffsetDeleteTest, partitions_that_are_not_there_are_unknown) {
  find_coordinator();
  create("t");
  commit("g", "t", {0});
  const auto removed = remove("g", "t", {0, 7, -1});
  std::vector<std::pair<int32_t, ErrorCode>> found;
  for (const auto& topic : removed.topics) {
    for (const auto& each : topic.partitions) {
      found.emplace_back(each.partition_index, code(each.error_code));
    }
  }
  EXPECT_EQ(found,
            (std::vector<std::pair<int32_t, ErrorCode>>{{7, ErrorCode::kUnknownTopicOrPartition},
                                                        {-1, ErrorCode::kUnknownTopicOrPartition},
                                                        {0, ErrorCode::kNone}}));
  EXPECT_EQ(code(remove("g", "missing").topics.at(0).partitions.at(0).error_code),
            ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(OffsetDeleteTest, what_is_wrong_with_the_group_stands_alone) {
  find_coordinator();
  create("t");
  const auto unknown = remove("g", "t", {0, 7});
  EXPECT_EQ(code(unknown.error_code), ErrorCode::kGroupIdNotFound);
  EXPECT_TRUE(unknown.topics.empty());
  EXPECT_EQ(code(remove("", "t").error_code), ErrorCode::kInvalidGroupId);
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
