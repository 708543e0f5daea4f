// SPDX-License-Identifier: Apache-2.0

#include "groups/assigned/comparison.h"

#include <gtest/gtest.h>

namespace tenon::groups {
namespace {

using ByMember = std::vector<Partitions>;

Partitions parts(std::vector<int32_t> numbers) {
  std::vector<IdPartition> all;
  for (const int32_t number : numbers) all.push_back({Uuid{}, number});
  return make_partitions(std::move(all));
}

TEST(Comparison, equal_assignments_do_not_differ) {
  const ByMember both{parts({0, 1}), parts({2})};
  EXPECT_EQ(compare(both, both, both),
            (Comparison{.actual = {3, 1, 2, 0}, .shadow = {3, 1, 2, 0}, .differing = 0}));
}

TEST(Comparison, what_moves_is_counted_against_what_was_before) {
  const Comparison found =
      compare({parts({0, 1, 2}), {}, parts({3})}, {parts({0}), parts({1, 2}), parts({3})},
              {parts({0, 1}), parts({2}), parts({3})});
  EXPECT_EQ(found.actual.moved, 2u);
  EXPECT_EQ(found.shadow.moved, 1u);
  EXPECT_EQ(found.differing, 1u);
}

TEST(Comparison, what_only_one_of_them_gives_does_not_differ) {
  // A step of a cooperative group: partition 1 is withheld.
  const Comparison found = compare({parts({0, 1}), {}}, {parts({0}), {}}, {parts({0}), parts({1})});
  EXPECT_EQ(found.differing, 0u);
  EXPECT_EQ(found.actual.partitions, 1u);
  EXPECT_EQ(found.shadow.partitions, 2u);
  EXPECT_EQ(found.actual.moved, 0u);
}

TEST(Comparison, what_nobody_read_before_does_not_move) {
  EXPECT_EQ(compare({{}, {}}, {parts({0}), parts({1})}, {parts({1}), parts({0})}).shadow.moved, 0u);
}

TEST(Comparison, is_said_in_words) {
  EXPECT_EQ(to_text({.actual = {12, 2, 6, 5}, .shadow = {12, 3, 5, 1}, .differing = 4}),
            "it would give 4 of 12 partitions to others; 3..5 a member instead of 2..6; 1 moved "
            "instead of 5");
}

}  // namespace
}  // namespace tenon::groups
