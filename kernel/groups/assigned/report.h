// SPDX-License-Identifier: Apache-2.0
//
// What came of the assignors that the configs of a classic group name (tenon.assignor,
// tenon.assignor.shadow), for those who look at groups: explain, lists, metrics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "groups/assigned/comparison.h"

namespace tenon::groups {

// Why a leader's assignment stood in for one that could not be had.
enum class Fallback {
  kNone,
  kUnreadable,  // a member's words are none that can be read, or the group is no group of consumers
  kFailed,      // the assignor failed, or its answer was no assignment
  kLate,        // it was not ready in time
};

// Of the last generation that was given out.
struct ShadowReport {
  std::string assignor;
  int32_t generation = 0;
  // Nothing where there was nothing to compare with; `problem` says why.
  std::optional<Comparison> comparison;
  std::string problem;
};

struct AssignedReport {
  // Something that is withheld from a member, and who may still be reading it.
  struct Wait {
    std::string member_id;
    TopicPartition partition;
    std::string holder_id;
  };
  std::string assignor;  // "" = the leader decides
  int32_t generation = 0;
  Fallback fallback = Fallback::kNone;
  std::string problem;  // the sentence behind `fallback`
  size_t given = 0;     // partitions
  size_t withheld = 0;  // until those who hold them have let go of them
  std::vector<Wait> waits{};
  uint64_t fallbacks = 0;  // since the group is known here
  std::optional<ShadowReport> shadow;
};

// Of all groups of a coordinator, ever.
struct AssignedCounts {
  uint64_t assigned = 0;  // generations
  uint64_t unreadable = 0;
  uint64_t failed = 0;
  uint64_t late = 0;
  uint64_t compared = 0;  // with a shadow
};

}  // namespace tenon::groups
