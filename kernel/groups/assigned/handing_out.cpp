// SPDX-License-Identifier: Apache-2.0

#include "groups/assigned/handing_out.h"

#include <algorithm>

namespace tenon::groups {
namespace {

void append(std::vector<IdPartition>& to, const Partitions& from) {
  to.insert(to.end(), from.begin(), from.end());
}

Partitions in_several(const std::vector<Partitions>& by_member) {
  std::vector<IdPartition> all;
  for (const Partitions& each : by_member) append(all, each);
  std::ranges::sort(all);
  std::vector<IdPartition> repeated;
  for (size_t i = 1; i < all.size(); ++i) {
    if (all[i] == all[i - 1]) repeated.push_back(all[i]);
  }
  return make_partitions(std::move(repeated));
}

size_t holder_of(const IdPartition& one, const std::vector<Partitions>& held) {
  const auto holder = std::ranges::find_if(
      held, [&one](const Partitions& each) { return std::ranges::binary_search(each, one); });
  return static_cast<size_t>(holder - held.begin());
}

}  // namespace

std::vector<Partitions> settle_claims(const std::vector<Partitions>& held,
                                      const std::vector<Partitions>& last_given) {
  const Partitions disputed = in_several(held);
  if (disputed.empty()) return held;
  std::vector<Partitions> own;
  for (size_t member = 0; member < held.size(); ++member) {
    const Partitions lost = difference_of(disputed, last_given[member]);
    own.push_back(difference_of(held[member], lost));
  }
  const Partitions of_none = in_several(own);
  for (Partitions& each : own) each = difference_of(each, of_none);
  return own;
}

HandingOut hand_out(const std::vector<Partitions>& target, const Holdings& holdings) {
  const auto& [held, own, away] = holdings;
  std::vector<IdPartition> all;
  for (const Partitions& each : held) append(all, each);
  const Partitions taken = make_partitions(std::move(all));
  HandingOut result;
  std::vector<IdPartition> waiting;
  for (size_t member = 0; member < target.size(); ++member) {
    const Partitions free = difference_of(target[member], taken);
    const Partitions kept = intersection_of(target[member], own[member]);
    result.given.push_back(union_of(free, kept));
    const Partitions missing = difference_of(target[member], result.given.back());
    append(waiting, missing);
    for (const IdPartition& one : missing) {
      result.waits.push_back({member, one, holder_of(one, held)});
    }
  }
  Partitions withheld = make_partitions(std::move(waiting));
  result.withheld = withheld.size();
  for (size_t member = 0; member < target.size(); ++member) {
    if (!away[member]) continue;
    const Partitions left = intersection_of(withheld, own[member]);
    result.given[member] = union_of(result.given[member], left);
    withheld = difference_of(withheld, left);
  }
  return result;
}

}  // namespace tenon::groups
