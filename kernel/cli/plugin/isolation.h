// SPDX-License-Identifier: Apache-2.0
//
// Runs code that may crash, hang or exit in a process of its own: a fork, in a process group that
// is killed at the end. What it prints goes to a file in memory; what it reports comes through a
// pipe. Linux. To be called while the program has one thread.
#pragma once

#include <functional>
#include <string>

namespace tenon::cli {

struct Isolated {
  bool reported = false;
  std::string report{};  // what the work returned
  std::string ended{};   // how the process ended, if it did not report: "was killed by SIGSEGV ..."
  std::string output{};  // the end of what it printed
};

// `work` returns what it has to report. After `seconds_max` it is killed.
Isolated run_isolated(const std::function<std::string()>& work, int seconds_max);

}  // namespace tenon::cli
