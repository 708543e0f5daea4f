// SPDX-License-Identifier: Apache-2.0

#include "groups/assignment/partitions.h"

#include <algorithm>
#include <iterator>

namespace tenon::groups {

Partitions make_partitions(std::vector<IdPartition> any) {
  std::ranges::sort(any);
  const auto twice = std::ranges::unique(any);
  any.erase(twice.begin(), twice.end());
  return any;
}

bool contains(const Partitions& all, const IdPartition& one) {
  return std::ranges::binary_search(all, one);
}

bool intersects(const Partitions& left, const Partitions& right) {
  return std::ranges::any_of(left,
                             [&right](const IdPartition& one) { return contains(right, one); });
}

bool is_subset(const Partitions& part, const Partitions& all) {
  return std::ranges::includes(all, part);
}

Partitions union_of(const Partitions& left, const Partitions& right) {
  Partitions all;
  all.reserve(left.size() + right.size());
  std::ranges::set_union(left, right, std::back_inserter(all));
  return all;
}

Partitions intersection_of(const Partitions& left, const Partitions& right) {
  Partitions common;
  std::ranges::set_intersection(left, right, std::back_inserter(common));
  return common;
}

Partitions difference_of(const Partitions& left, const Partitions& right) {
  Partitions rest;
  std::ranges::set_difference(left, right, std::back_inserter(rest));
  return rest;
}

}  // namespace tenon::groups
