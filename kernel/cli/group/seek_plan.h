// SPDX-License-Identifier: Apache-2.0
//
// What `tenon group seek` is to do, before anything is written: the numbers of its options, where
// each partition goes, and what stands in the way. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/client/client.h"
#include "cli/client/groups.h"

namespace tenon::cli {

struct Move {
  TopicPartition partition;
  int64_t from = -1;  // -1 = nothing is committed
  int64_t to = 0;
  bool clamped = false;  // `to` is the nearest offset that is there
};

// Of --to-offset: a whole decimal number from 0. kUsage with what may be written.
Outcome<int64_t> parse_offset(const std::string& text);
// Of --by: a whole decimal number, perhaps with a sign. kUsage with what may be written.
Outcome<int64_t> parse_shift(const std::string& text);

// So many offsets further; the nearest that 64 bits hold.
int64_t shifted(int64_t offset, int64_t by);

// Sets where the move leads: `to`, or the nearest that is there.
void aim_at(Move& move, int64_t to, const Watermarks& marks);

// --by counts from what is committed: kFailed with the names of partitions where nothing is.
Outcome<> check_can_shift(const std::vector<Move>& moves);

// A group with members would go on from what these have in hand, and overwrite what is set:
// kFailed with who they are. Nothing of one without.
std::optional<Failure> hindrance_of(const GroupDescription& group);

}  // namespace tenon::cli
