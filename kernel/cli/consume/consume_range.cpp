// SPDX-License-Identifier: Apache-2.0

#include "cli/consume/consume_range.h"

#include <fmt/format.h>

#include "config/text/units.h"

namespace tenon::cli {
namespace {

using Start = ConsumeRange::Start;

bool parse_one(std::string_view text, ConsumeRange& range) {
  const auto set = [&range](Start start, int64_t value) {
    range.start = start;
    range.value = value;
    return true;
  };
  if (text == "beginning" || text == "earliest") return set(Start::kBeginning, 0);
  if (text == "end" || text == "latest") return set(Start::kEnd, 0);
  if (text.starts_with("s@") || text.starts_with("e@")) {
    const auto ms = config::parse_integer(text.substr(2));
    if (!ms || *ms < 0) return false;
    if (text.front() == 's') return set(Start::kTime, *ms);
    range.until_ms = *ms;
    return true;
  }
  const auto number = config::parse_integer(text);
  if (!number || *number == INT64_MIN) return false;
  // "-0" is the end: nothing before it.
  if (text.front() == '-') return set(Start::kTail, -*number);
  return set(Start::kOffset, *number);
}

}  // namespace

Outcome<ConsumeRange> parse_range(const std::vector<std::string>& texts) {
  ConsumeRange range;
  for (const std::string& text : texts) {
    if (!parse_one(text, range))
      return failed(kUsage, fmt::format("-o {}: is neither beginning, end, N, -N (N before the "
                                        "end) nor s@MS or e@MS (from and until a time)",
                                        text));
  }
  return range;
}

}  // namespace tenon::cli
