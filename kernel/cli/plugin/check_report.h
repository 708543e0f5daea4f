// SPDX-License-Identifier: Apache-2.0
//
// What an examination found, as text for people, as JSON, and as JUnit's XML. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/plugin/examination.h"

namespace tenon::cli {

struct CheckReport {
  std::string path;
  uint64_t seed = 0;
  std::vector<std::string> plugins;  // "partitioner hash 1.0.0", in the order of the library
  std::vector<Verdict> verdicts;
  // Why the plugins were not examined, if they were not.
  std::string stopped;

  size_t count(Holds holds) const;
  bool passed() const { return stopped.empty() && count(Holds::kNo) == 0; }
};

std::string as_text(const CheckReport& report);
std::string as_json(const CheckReport& report);
std::string as_junit(const CheckReport& report);

}  // namespace tenon::cli
