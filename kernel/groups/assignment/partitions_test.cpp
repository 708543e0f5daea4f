// SPDX-License-Identifier: Apache-2.0

#include "groups/assignment/partitions.h"

#include <gtest/gtest.h>

namespace tenon::groups {
namespace {

const Uuid kA = Uuid::from_random(1, 1);
const Uuid kB = Uuid::from_random(2, 2);

struct Listed {
  Uuid topic_id;
  std::vector<int32_t> partitions;
  bool operator==(const Listed&) const = default;
};

TEST(Partitions, are_sorted_and_each_once) {
  EXPECT_EQ(make_partitions({{kB, 0}, {kA, 1}, {kA, 0}, {kB, 0}}),
            (Partitions{{kA, 0}, {kA, 1}, {kB, 0}}));
}

TEST(Partitions, are_compared_as_sets) {
  const Partitions left{{kA, 0}, {kA, 1}};
  const Partitions right{{kA, 1}, {kB, 0}};
  EXPECT_EQ(union_of(left, right), (Partitions{{kA, 0}, {kA, 1}, {kB, 0}}));
  EXPECT_EQ(intersection_of(left, right), (Partitions{{kA, 1}}));
  EXPECT_EQ(difference_of(left, right), (Partitions{{kA, 0}}));
  EXPECT_TRUE(intersects(left, right));
  EXPECT_FALSE(intersects(difference_of(left, right), right));
  EXPECT_TRUE(is_subset(intersection_of(left, right), right));
  EXPECT_FALSE(is_subset(left, right));
  EXPECT_TRUE(is_subset({}, {}));
}

TEST(Partitions, go_to_the_wire_by_topic_and_back) {
  const Partitions all{{kA, 0}, {kA, 4}, {kB, 1}};
  const auto lists = to_wire<std::vector<Listed>>(all);
  EXPECT_EQ(lists, (std::vector<Listed>{{kA, {0, 4}}, {kB, {1}}}));
  EXPECT_EQ(from_wire(lists), all);
  EXPECT_EQ(from_wire(std::vector<Listed>{{kB, {1, 1}}, {kA, {4}}, {kA, {0, 4}}}), all);
}

}  // namespace
}  // namespace tenon::groups
