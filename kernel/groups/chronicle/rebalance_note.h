// SPDX-License-Identifier: Apache-2.0
//
// What is remembered of one rebalance. Values; any thread. Texts of clients are cut to kTextMax
// bytes, and lists to kListMax entries, with a count of those that were left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "groups/chronicle/cause.h"

namespace tenon::groups {

// What a rebalance waits for. The classic protocol joins and syncs; the consumer protocol assigns
// and reconciles: members give up what others are to have.
enum class Phase { kJoining, kSyncing, kAssigning, kReconciling };

// "joining", "syncing", ...
std::string_view to_string(Phase phase);

enum class Progress {
  kUnderWay,
  kDone,
  kEmpty,       // nobody is left
  kSuperseded,  // the next one began before this one was through
};

// "under_way", "done", "empty", "superseded".
std::string_view to_string(Progress progress);

struct RebalanceNote {
  static constexpr size_t kTextMax = 256;
  static constexpr size_t kListMax = 8;

  // Whom the group waited for longest, and in which phase.
  struct Slowest {
    std::string member_id;
    Phase phase = Phase::kJoining;
    int64_t waited_ms = 0;
  };
  // What would have set the group off, had it not been under way already.
  struct Trigger {
    Cause cause;
    std::string member_id;
    std::string detail;
  };
  struct Eviction {
    std::string member_id;
    Cause cause;
    int64_t at_ms = 0;
  };

  Cause cause = Cause::kMemberJoined;
  std::string member_id;  // "" = no member's doing
  std::string detail;
  int64_t began_ms = 0;      // wall clock
  int64_t duration_ms = 0;   // so far, while under way
  int32_t epoch_before = 0;  // or generation
  int32_t epoch_after = -1;  // -1 until there is one
  size_t members = 0;        // at its end
  Progress progress = Progress::kUnderWay;
  Phase phase = Phase::kJoining;  // the last one
  std::optional<Slowest> slowest;
  std::vector<Trigger> meanwhile;
  size_t meanwhile_left_out = 0;
  std::vector<Eviction> evictions;
  size_t evictions_left_out = 0;
};

}  // namespace tenon::groups
