// SPDX-License-Identifier: Apache-2.0

#include "groups/assigned/handing_out.h"

namespace tenon::groups {

HandingOut hand_out(const std::vector<Partitions>& target, const std::vector<Partitions>& held) {
  std::vector<IdPartition> all;
  for (const Partitions& each : held) all.insert(all.end(), each.begin(), each.end());
  const Partitions taken = make_partitions(std::move(all));
  HandingOut result;
  for (size_t member = 0; member < target.size(); ++member) {
    const Partitions free = difference_of(target[member], taken);
    const Partitions own = intersection_of(target[member], held[member]);
    result.given.push_back(union_of(free, own));
    result.withheld += target[member].size() - result.given.back().size();
  }
  return result;
}

}  // namespace tenon::groups
