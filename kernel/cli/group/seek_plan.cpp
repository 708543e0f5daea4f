// SPDX-License-Identifier: Apache-2.0

#include "cli/group/seek_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "config/text/units.h"

namespace tenon::cli {

Outcome<int64_t> parse_offset(const std::string& text) {
  const auto offset = config::parse_integer(text);
  if (offset && *offset >= 0) return *offset;
  return failed(kUsage, fmt::format("--to-offset: must be a whole number from 0 to {}, not \"{}\"; "
                                    "--to-latest is the end, --to-earliest the first record",
                                    std::numeric_limits<int64_t>::max(), text));
}

Outcome<int64_t> parse_shift(const std::string& text) {
  const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
  if (const auto by = config::parse_integer(plus ? text.substr(1) : text)) return *by;
  return failed(kUsage, fmt::format("--by: must be a whole number from {} to {}, not \"{}\"",
                                    std::numeric_limits<int64_t>::min(),
                                    std::numeric_limits<int64_t>::max(), text));
}

int64_t shifted(int64_t offset, int64_t by) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(offset, by, &sum)) return sum;
  return by < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

void aim_at(Move& move, int64_t to, const Watermarks& marks) {
  move.to = std::clamp(to, marks.start, marks.end);
  move.clamped = move.to != to;
}

Outcome<> check_can_shift(const std::vector<Move>& moves) {
  std::vector<std::string> bare;
  for (const auto& [partition, from, to, clamped] : moves) {
    if (from < 0) bare.push_back(fmt::format("{}-{}", partition.first, partition.second));
  }
  if (bare.empty()) return {};
  return failed(kFailed, fmt::format("{}: nothing is committed there, so --by has nothing to count "
                                     "from; use --to-earliest, --to-latest, --to-offset or "
                                     "--to-time",
                                     fmt::join(bare, ", ")));
}

std::optional<Failure> hindrance_of(const GroupDescription& group) {
  if (group.members.empty()) return std::nullopt;
  std::vector<std::string> members;
  for (const GroupMember& member : group.members)
    members.push_back(fmt::format("{} at {}", member.client_id, member.host));
  return Failure{kFailed, fmt::format("group {} is {} and has members, who would overwrite it: {}; "
                                      "stop them first",
                                      group.group, group.state, fmt::join(members, ", "))};
}

}  // namespace tenon::cli
