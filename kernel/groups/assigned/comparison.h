// SPDX-License-Identifier: Apache-2.0
//
// How what one assignor would do differs from what a group does: what an operator looks at before
// it is let decide.
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "groups/assignment/partitions.h"

namespace tenon::groups {

// One of the two assignments that are compared.
struct Shares {
  size_t partitions = 0;  // that have a reader
  size_t fewest = 0;      // of one member
  size_t most = 0;
  size_t moved = 0;  // that had another reader before

  bool operator==(const Shares&) const = default;
};

struct Comparison {
  Shares actual;
  Shares shadow;
  size_t differing = 0;  // partitions that have a reader in both, and not the same

  bool operator==(const Comparison&) const = default;
};

// All are by member, in the same order.
Comparison compare(const std::vector<Partitions>& before, const std::vector<Partitions>& actual,
                   const std::vector<Partitions>& shadow);

// "it would give 4 of 12 partitions to others; 3..5 a member instead of 2..6; 1 moved instead of
// 5".
std::string to_text(const Comparison& comparison);

}  // namespace tenon::groups
