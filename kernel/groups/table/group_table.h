// SPDX-License-Identifier: Apache-2.0
//
// The groups of one coordinator, and the state machine that takes records into them.
//
// While loading, the record of a classic group only says what the group will be: the last one
// counts, and finish_load() makes groups of them. Afterwards each one is what the group becomes.
//
// One thread. A Group's address is stable until erase().
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/scheduler.h"
#include "groups/table/group.h"
#include "groups/table/group_records.h"
#include "statemachine/state_machine.h"

namespace tenon::groups {

class GroupTable final : public statemachine::StateMachine {
 public:
  using Groups = std::map<std::string, std::unique_ptr<Group>, std::less<>>;

  explicit GroupTable(Scheduler& scheduler) : scheduler_(scheduler) {}

  Result<> replay(const statemachine::CommittedRecord& record) override;
  // After the last record of a load.
  void finish_load();

  const Groups& groups() const { return groups_; }
  Group* find(std::string_view id) const;
  Group& get_or_create(const std::string& id);
  // Forgets a group that holds nothing: one that a refused request brought into being. Returns
  // whether it did; the group is then gone.
  bool erase_if_blank(Group& group);

 private:
  void apply(OffsetChange change);
  void apply(GroupChange change);
  void become(Group& group, wire::GroupMetadataValue value);
  void apply(ConsumerChange change);
  void drop_consumer(const std::string& group_id);
  void apply(UnknownChange change);

  Scheduler& scheduler_;
  Groups groups_;
  bool loading_ = true;
  std::map<std::string, wire::GroupMetadataValue, std::less<>> saved_;  // while loading
};

}  // namespace tenon::groups
