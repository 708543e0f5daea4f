// SPDX-License-Identifier: Apache-2.0

#include "groups/consumer/commit_check.h"

#include "groups/testing/lone_group.h"

namespace tenon::groups {
namespace {

class CommitCheckTest : public LoneGroup {
 protected:
  // At epoch 5: `a` of the consumer protocol, `c` of the classic one.
  void given_both() {
    given(5, {{.id = "a", .progress = {.epoch = 5, .previous_epoch = 4}},
              {.id = "c", .words = as_classic(), .progress = {.epoch = 5, .previous_epoch = 4}}});
  }
  ErrorCode commit(std::string_view member_id, int32_t epoch, int16_t version = 9) {
    return check_commit(group, member_id, epoch, version);
  }
  ErrorCode fetch(const std::optional<std::string>& member_id, int32_t epoch) {
    return check_fetch(group, member_id, epoch);
  }
};

TEST_F(CommitCheckTest, tools_commit_to_a_group_without_members_only) {
  EXPECT_EQ(commit("", -1), ErrorCode::kNone);
  EXPECT_EQ(commit("", -1, 2), ErrorCode::kNone);
  EXPECT_EQ(commit("whoever", -2), ErrorCode::kNone);
  EXPECT_EQ(commit("", 0), ErrorCode::kUnknownMemberId);
  given_both();
  EXPECT_EQ(commit("", -1), ErrorCode::kUnknownMemberId);
}

TEST_F(CommitCheckTest, a_member_commits_at_its_own_epoch) {
  given_both();
  EXPECT_EQ(commit("a", 5), ErrorCode::kNone);
  for (const int32_t wrong : {4, 6, 0, -1}) {
    EXPECT_EQ(commit("a", wrong), ErrorCode::kStaleMemberEpoch) << wrong;
  }
  EXPECT_EQ(commit("b", 5), ErrorCode::kUnknownMemberId);
}

TEST_F(CommitCheckTest, a_member_of_the_classic_protocol_is_told_of_generations) {
  given_both();
  EXPECT_EQ(commit("c", 5), ErrorCode::kNone);
  EXPECT_EQ(commit("c", 4), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(commit("c", -1), ErrorCode::kIllegalGeneration);
}

TEST_F(CommitCheckTest, member_epochs_need_version_9_and_generations_do_not) {
  given_both();
  EXPECT_EQ(commit("a", 5, 8), ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(commit("a", 4, 8), ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(commit("c", 5, 8), ErrorCode::kNone);
  EXPECT_EQ(commit("b", 5, 8), ErrorCode::kUnknownMemberId);
}

TEST_F(CommitCheckTest, a_member_that_is_away_commits_nothing_at_the_epoch_it_had) {
  given(5, {{.id = "a",
             .words = as_static("one"),
             .progress = {.epoch = kLeaveStaticEpoch, .previous_epoch = 4}}});
  EXPECT_EQ(commit("a", 5), ErrorCode::kStaleMemberEpoch);
  EXPECT_EQ(commit("a", 4), ErrorCode::kStaleMemberEpoch);
}

TEST_F(CommitCheckTest, whoever_says_nothing_fetches) {
  EXPECT_EQ(fetch(std::nullopt, -1), ErrorCode::kNone);
  given_both();
  EXPECT_EQ(fetch(std::nullopt, -1), ErrorCode::kNone);
}

TEST_F(CommitCheckTest, who_names_a_member_or_an_epoch_fetches_as_that) {
  given_both();
  EXPECT_EQ(fetch("a", 5), ErrorCode::kNone);
  EXPECT_EQ(fetch("a", 4), ErrorCode::kStaleMemberEpoch);
  EXPECT_EQ(fetch("a", -1), ErrorCode::kStaleMemberEpoch);
  EXPECT_EQ(fetch("c", 6), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(fetch("b", 5), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(fetch("", -1), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(fetch(std::nullopt, 0), ErrorCode::kUnknownMemberId);
}

}  // namespace
}  // namespace tenon::groups
