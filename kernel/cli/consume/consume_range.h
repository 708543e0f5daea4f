// SPDX-License-Identifier: Apache-2.0
//
// Where `tenon consume -o` begins and ends, in kcat's words:
//
//   position := "beginning" | "end" | N | -N | "s@" ms      N from the start, -N before the end
//   stop     := "e@" ms                                     records before that time
//
// "earliest" and "latest" are taken for "beginning" and "end". Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/failure.h"

namespace tenon::cli {

struct ConsumeRange {
  enum class Start { kBeginning, kEnd, kOffset, kTail, kTime };
  Start start = Start::kBeginning;
  int64_t value = 0;  // the offset, how many before the end, or the time in ms
  std::optional<int64_t> until_ms{};
};

// The texts of all -o; later ones win. kUsage with what may be written.
Outcome<ConsumeRange> parse_range(const std::vector<std::string>& texts);

}  // namespace tenon::cli
