// SPDX-License-Identifier: Apache-2.0

#include "groups/turns/lanes.h"

namespace tenon::groups {

Future<Lanes::Turn> Lanes::take(const std::string& group_id) {
  Promise<Turn> promise;
  auto turn = promise.future();
  const auto [lane, free] = lanes_.try_emplace(group_id);
  if (free)
    promise.fulfil(*this, group_id);
  else
    lane->second.push_back(std::move(promise));
  return turn;
}

void Lanes::leave(const std::string& group_id) {
  const auto lane = lanes_.find(group_id);
  TN_ASSERT(lane != lanes_.end());
  if (lane->second.empty()) {
    lanes_.erase(lane);
    return;
  }
  auto next = std::move(lane->second.front());
  lane->second.pop_front();
  scheduler_.post([this, next = std::move(next), group_id]() mutable {
    next.fulfil(*this, group_id);
  });
}

}  // namespace tenon::groups
