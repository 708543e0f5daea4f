// SPDX-License-Identifier: Apache-2.0

#include "groups/turns/turns.h"

namespace tenon::groups {

Task<void> Turns::take(std::string group_id, Act act) {
  const auto hold = running_.hold();
  const auto turn = co_await parts_.lanes.take(group_id);
  if (!parts_.runtime.is_active()) co_return;
  act(parts_.table.find(group_id));
  while (decision_) co_await settle(group_id, *std::exchange(decision_, std::nullopt));
  if (Group* group = parts_.table.find(group_id)) parts_.table.erase_if_blank(*group);
}

void Turns::queue(std::string group_id, std::move_only_function<void(Group&)> act) {
  spawn(take(std::move(group_id), [act = std::move(act)](Group* group) mutable {
    if (group && !group->consumer && !group->is(GroupState::kDead)) act(*group);
  }));
}

void Turns::decide(statemachine::Record record, Settled settled) {
  TN_ASSERT(!decision_);
  decision_ = Decision{std::move(record), std::move(settled)};
}

Task<void> Turns::settle(const std::string& group_id, Decision decision) {
  std::vector<statemachine::Record> records;
  records.push_back(std::move(decision.record));
  const auto done =
      co_await parts_.runtime.respond(statemachine::Outcome<bool>{std::move(records), true});
  const Result<> written = done ? Result<>{} : std::unexpected(done.error());
  Group* group = parts_.table.find(group_id);
  if (group && !group->is(GroupState::kDead)) decision.settled(*group, written);
}

}  // namespace tenon::groups
