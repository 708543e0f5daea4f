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

TEST_F(OffsetCommitTest, a_commit_of_nothing_is_answered_without_the_group) {
  EXPECT_TRUE(commit("g", "t", {}).topics.empty());
}

TEST_F(OffsetCommitTest, the_groups_error_stands_at_each_partition) {
  stable("g");
  create("t", 2);
  EXPECT_EQ(text(commit("g", "t", {0, 1})), "t-0:UNKNOWN_MEMBER_ID t-1:UNKNOWN_MEMBER_ID");
}

TEST_F(OffsetCommitTest, members_of_a_consumer_group_commit_at_their_epoch_from_version_9_on) {
  find_coordinator();
  create("t", 1);
  join_consumer_group("g");
  const auto commit_at = [this](int32_t epoch, int16_t version) {
    wire::OffsetCommitRequest request;
    request.group_id = "g";
    request.member_id = "m";
    request.generation_id_or_member_epoch = epoch;
    request.topics.push_back({.name = "t", .partitions = {{.committed_offset = 5}}});
    return text(ask(handle_offset_commit, std::move(request), version));
  };
  EXPECT_EQ(commit_at(1, 9), "t-0:NONE");
  EXPECT_EQ(commit_at(0, 9), "t-0:STALE_MEMBER_EPOCH");
  EXPECT_EQ(commit_at(1, 8), "t-0:UNSUPPORTED_VERSION");
}

TEST_F(OffsetCommitTest, a_group_that_is_not_there_has_another_error_from_version_9_on) {
  find_coordinator();
  create("t", 1);
  wire::OffsetCommitRequest request;
  request.group_id = "g";
  request.member_id = "m";
  request.generation_id_or_member_epoch = 1;
  request.topics.push_back({.name = "t", .partitions = {{}}});
  EXPECT_EQ(text(ask(handle_offset_commit, request, 9)), "t-0:GROUP_ID_NOT_FOUND");
  EXPECT_EQ(text(ask(handle_offset_commit, request, 8)), "t-0:ILLEGAL_GENERATION");
}

TEST_F(OffsetCommitTest, without_the_offsets_topic_there_is_no_coordinator) {
  create("t", 1);
  EXPECT_EQ(text(commit("g", "t", {0, 7})),
            "t-7:UNKNOWN_TOPIC_OR_PARTITION t-0:COORDINATOR_NOT_AVAILABLE");
}

}  // namespace
}  // namespace tenon::handlers
