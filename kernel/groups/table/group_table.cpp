// SPDX-License-Identifier: Apache-2.0

#include "groups/table/group_table.h"

#include "base/log.h"

namespace tenon::groups {

Result<> GroupTable::replay(const statemachine::CommittedRecord& record) {
  auto change = read_change(record);
  if (!change) return forward(change);
  std::visit([this](auto& each) { apply(std::move(each)); }, *change);
  return {};
}

void GroupTable::apply(OffsetChange change) {
  if (change.offset) {
    get_or_create(change.group_id).offsets.set(change.partition, std::move(*change.offset));
  } else if (Group* group = find(change.group_id)) {
    group->offsets.remove(change.partition);
  }
}

void GroupTable::apply(GroupChange change) {
  if (loading_) {
    if (change.value) {
      saved_.insert_or_assign(std::move(change.group_id), std::move(*change.value));
    } else {
      saved_.erase(change.group_id);
    }
    return;
  }
  if (change.value) return become(get_or_create(change.group_id), std::move(*change.value));
  Group* group = find(change.group_id);
  if (!group) return;
  group->set_persisted(false);
  if (group->is_being_deleted()) groups_.erase(groups_.find(change.group_id));
}

void GroupTable::become(Group& group, wire::GroupMetadataValue value) {
  group.set_persisted(true);
  if (group.is(GroupState::kDead)) return;  // it has ended here, with its coordinator
  if (group.members().empty()) {
    restore_group(group, std::move(value), scheduler_);
  } else {
    settle_group(group, std::move(value));
  }
}

void GroupTable::apply(ConsumerChange change) {
  const bool is_epoch = std::holds_alternative<EpochChange>(change.change);
  if (change.deleted && is_epoch) return drop_consumer(change.group_id);
  Group* group = change.deleted ? find(change.group_id) : &get_or_create(change.group_id);
  if (!group || (change.deleted && !group->consumer)) return;
  if (!group->consumer) {
    group->consumer = std::make_unique<ConsumerGroup>(scheduler_);
    // What the group was in the classic protocol has its tombstone in the log, further back.
    group->forget_classic();
  }
  apply_change(*group->consumer, std::move(change));
}

void GroupTable::drop_consumer(const std::string& group_id) {
  Group* group = find(group_id);
  if (!group) return;
  group->consumer.reset();
  if (group->is_being_deleted())
    groups_.erase(groups_.find(group_id));
  else
    erase_if_blank(*group);
}

void GroupTable::apply(UnknownChange change) {
  log_debug("a record of __consumer_offsets with key version {} is passed over",
            change.key_version);
}

void GroupTable::finish_load() {
  loading_ = false;
  for (auto& [id, value] : std::exchange(saved_, {})) {
    restore_group(get_or_create(id), std::move(value), scheduler_);
  }
  std::erase_if(groups_, [](const auto& entry) { return entry.second->is_blank(); });
}

Group* GroupTable::find(std::string_view id) const {
  const auto it = groups_.find(id);
  return it == groups_.end() ? nullptr : it->second.get();
}

Group& GroupTable::get_or_create(const std::string& id) {
  auto& group = groups_[id];
  if (!group) group = std::make_unique<Group>(id, scheduler_);
  return *group;
}

bool GroupTable::erase_if_blank(Group& group) {
  if (!group.is_blank()) return false;
  const auto it = groups_.find(group.id());
  TN_ASSERT(it != groups_.end());
  groups_.erase(it);
  return true;
}

}  // namespace tenon::groups
