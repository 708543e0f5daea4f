// SPDX-License-Identifier: Apache-2.0

#include "handlers/offsets/offset_commit.h"

#include "handlers/testing/group_handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class OffsetCommitTest : public GroupHandlerTest {
 protected:
  // "0:NONE 7:UNKNOWN_TOPIC_OR_PARTITION"
  static std::string text(const wire::OffsetCommitResponse& response) {
    std::string out;
    for (const auto& topic : response.topics) {
      for (const auto& partition : topic.partitions) {
        out += topic.name + "-" + std::to_string(partition.partition_index) + ":" +
               std::string(to_string(code(partition.error_code))) + " ";
      }
    }
    if (!out.empty()) out.pop_back();
    return out;
  }
};

TEST_F(OffsetCommitTest, commits_for_a_group_without_members) {
  find_coordinator();
  create("t", 2);
  EXPECT_EQ(text(commit("g", "t", {0, 1})), "t-0:NONE t-1:NONE");
}

TEST_F(OffsetCommitTest, partitions_that_are_not_there_are_unknown) {
  find_coordinator();
  create("t", 1);
  EXPECT_EQ(text(commit("g", "t", {0, 7, -1})),
            "t-7:UNKNOWN_TOPIC_OR_PARTITION t--1:UNKNOWN_TOPIC_OR_PARTITION t-0:NONE");
  EXPECT_EQ(text(commit("g", "missing", {0})), "missing-0:UNKNOWN_TOPIC_OR_PARTITION");
}

TEST_F(OffsetCommitTest, the_groups_error_stands_at_each_partition) {
  stable("g");
  create("t", 2);
  EXPECT_EQ(text(commit("g", "t", {0, 1})), "t-0:UNKNOWN_MEMBER_ID t-1:UNKNOWN_MEMBER_ID");
}

TEST_F(OffsetCommitTest, without_the_offsets_topic_there_is_no_coordinator) {
  create("t", 1);
  EXPECT_EQ(text(commit("g", "t", {0, 7})),
            "t-7:UNKNOWN_TOPIC_OR_PARTITION t-0:COORDINATOR_NOT_AVAILABLE");
}

}  // namespace
}  // namespace tenon::handlers
