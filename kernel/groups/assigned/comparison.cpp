// SPDX-License-Identifier: Apache-2.0

#include "groups/assigned/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace tenon::groups {
namespace {

// Partition -> member. Where two claim one, the last does.
using Readers = std::unordered_map<IdPartition, size_t>;

Readers readers_of(const std::vector<Partitions>& by_member) {
  Readers readers;
  for (size_t member = 0; member < by_member.size(); ++member) {
    for (const IdPartition& partition : by_member[member]) readers[partition] = member;
  }
  return readers;
}

// Partitions that have a reader in both, and not the same.
size_t differing(const Readers& one, const Readers& other) {
  return static_cast<size_t>(std::ranges::count_if(one, [&other](const auto& entry) {
    const auto found = other.find(entry.first);
    return found != other.end() && found->second != entry.second;
  }));
}

Shares shares_of(const std::vector<Partitions>& by_member, const Readers& before) {
  Shares shares{.fewest = by_member.empty() ? 0 : by_member.front().size()};
  for (const Partitions& each : by_member) {
    shares.fewest = std::min(shares.fewest, each.size());
    shares.most = std::max(shares.most, each.size());
  }
  const Readers now = readers_of(by_member);
  shares.partitions = now.size();
  shares.moved = differing(before, now);
  return shares;
}

}  // namespace

Comparison compare(const std::vector<Partitions>& before, const std::vector<Partitions>& actual,
                   const std::vector<Partitions>& shadow) {
  const Readers readers_before = readers_of(before);
  return {.actual = shares_of(actual, readers_before),
          .shadow = shares_of(shadow, readers_before),
          .differing = differing(readers_of(actual), readers_of(shadow))};
}

std::string to_text(const Comparison& comparison) {
  const auto& [actual, shadow, differing] = comparison;
  return fmt::format(
      "it would give {} of {} partitions to others; {}..{} a member instead of {}..{}; {} moved "
      "instead of {}",
      differing, shadow.partitions, shadow.fewest, shadow.most, actual.fewest, actual.most,
      shadow.moved, actual.moved);
}

}  // namespace tenon::groups
