// SPDX-License-Identifier: Apache-2.0

#include "cli/group/lag_total.h"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

TEST(LagTotal, of_a_group_without_partitions_is_0) {
  EXPECT_EQ(LagTotal().lag, 0);
  EXPECT_EQ(LagTotal().text(), "0");
}

TEST(LagTotal, is_not_known_while_nothing_is_committed) {
  LagTotal total;
  total.add(false, std::nullopt);
  total.add(false, std::nullopt);
  EXPECT_EQ(total.lag, std::nullopt);
  EXPECT_EQ(total.partitions_without_commit, 2);
  EXPECT_EQ(total.text(), "-");
}

TEST(LagTotal, counts_the_partitions_that_are_not_in_it) {
  LagTotal total;
  total.add(true, 20);
  total.add(true, 3);
  EXPECT_EQ(total.text(), "23");
  total.add(false, std::nullopt);
  EXPECT_EQ(total.text(), "23 (1 partition without a commit)");
  total.add(false, std::nullopt);
  EXPECT_EQ(total.lag, 23);
  EXPECT_EQ(total.text(), "23 (2 partitions without a commit)");
}

TEST(LagTotal, a_commit_to_a_topic_that_is_gone_is_a_commit) {
  LagTotal total;
  total.add(true, std::nullopt);
  EXPECT_EQ(total.lag, std::nullopt);
  EXPECT_EQ(total.partitions_without_commit, 0);
}

}  // namespace
}  // namespace tenon::cli
