// SPDX-License-Identifier: Apache-2.0

#include "groups/table/committed_offsets.h"

#include <gtest/gtest.h>

namespace tenon::groups {
namespace {

CommittedOffset at(int64_t offset) {
  CommittedOffset committed;
  committed.offset = offset;
  return committed;
}

TEST(CommittedOffsets, the_last_offset_of_a_partition_counts) {
  CommittedOffsets offsets;
  offsets.set({"t", 0}, at(1));
  offsets.set({"t", 0}, at(2));
  EXPECT_EQ(offsets.find("t", 0)->offset, 2);
  EXPECT_EQ(offsets.size(), 1u);
  EXPECT_EQ(offsets.find("t", 1), nullptr);
  EXPECT_EQ(offsets.find("u", 0), nullptr);
}

TEST(CommittedOffsets, removing_the_last_partition_removes_the_topic) {
  CommittedOffsets offsets;
  offsets.set({"t", 0}, at(1));
  offsets.remove({"t", 0});
  offsets.remove({"t", 0});
  offsets.remove({"u", 0});
  EXPECT_TRUE(offsets.topics().empty());
  EXPECT_TRUE(offsets.empty());
}

TEST(CommittedOffsets, commits_on_their_way_are_known_but_not_found) {
  CommittedOffsets offsets;
  offsets.set({"t", 0}, at(1));
  offsets.begin_commit({"t", 0});
  offsets.begin_commit({"u", 3});
  EXPECT_EQ(offsets.find("u", 3), nullptr);
  EXPECT_EQ(offsets.known(), (std::vector<TopicPartition>{{"t", 0}, {"u", 3}}));
  EXPECT_EQ(offsets.known("u"), (std::vector<TopicPartition>{{"u", 3}}));
}

TEST(CommittedOffsets, two_commits_of_one_partition_end_twice) {
  CommittedOffsets offsets;
  offsets.begin_commit({"t", 0});
  offsets.begin_commit({"t", 0});
  offsets.end_commit({"t", 0});
  EXPECT_TRUE(offsets.is_pending({"t", 0}));
  EXPECT_FALSE(offsets.empty());
  offsets.end_commit({"t", 0});
  EXPECT_FALSE(offsets.has_pending());
  EXPECT_TRUE(offsets.empty());
}

}  // namespace
}  // namespace tenon::groups
