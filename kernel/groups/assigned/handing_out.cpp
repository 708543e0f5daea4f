// SPDX-License-Identifier: Apache-2.0

#include "groups/assigned/handing_out.h"

namespace tenon::groups {
namespace {

void append(std::vector<IdPartition>& to, const Partitions& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

HandingOut hand_out(const std::vector<Partitions>& target, const std::vector<Partitions>& held,
                    const std::vector<bool>& away) {
  std::vector<IdPartition> all;
  for (const Partitions& each : held) append(all, each);
  const Partitions taken = make_partitions(std::move(all));
  HandingOut result;
  std::vector<IdPartition> waiting;
  for (size_t member = 0; member < target.size(); ++member) {
    const Partitions free = difference_of(target[member], taken);
    const Partitions own = intersection_of(target[member], held[member]);
    result.given.push_back(union_of(free, own));
    append(waiting, difference_of(target[member], result.given.back()));
  }
  Partitions withheld = make_partitions(std::move(waiting));
  result.withheld = withheld.size();
  for (size_t member = 0; member < target.size(); ++member) {
    if (!away[member]) continue;
    const Partitions left = intersection_of(withheld, held[member]);
    result.given[member] = union_of(result.given[member], left);
    withheld = difference_of(withheld, left);
  }
  return result;
}

}  // namespace tenon::groups
