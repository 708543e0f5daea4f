// SPDX-License-Identifier: Apache-2.0

#include "metadata/changes.h"

#include <utility>

namespace tenon::metadata {

namespace {

// Null = not there.
void note_topic(Changes& changes, const std::shared_ptr<const TopicInfo>& before,
                const std::shared_ptr<const TopicInfo>& after) {
  const bool same = before && after && before->id == after->id;
  if (same && *before != *after) changes.changed.push_back({before, after});
  if (before && !same) changes.deleted.push_back(before);
  if (after && !same) changes.created.push_back(after);
}

// Calls visit(before, after) for each value that two maps do not share, in the order of the keys;
// null stands for a value that one of them lacks.
template <class Map, class Visit>
void walk_differences(const Map& before, const Map& after, Visit visit) {
  auto old = before.begin();
  auto now = after.begin();
  while (old != before.end() && now != after.end()) {
    // Both stand at the start of one and the same chunk: nothing in it differs.
    if (old.chunk_start() && old.chunk_start() == now.chunk_start()) {
      old.skip_chunk();
      now.skip_chunk();
    } else if (Map::less(*old, *now)) {
      visit((old++).share(), nullptr);
    } else if (Map::less(*now, *old)) {
      visit(nullptr, (now++).share());
    } else {
      if (old.share() != now.share()) visit(old.share(), now.share());
      ++old, ++now;
    }
  }
  for (; old != before.end(); ++old) visit(old.share(), nullptr);
  for (; now != after.end(); ++now) visit(nullptr, now.share());
}

}  // namespace

Changes changes_between(const Image& before, const Image& after) {
  Changes changes;
  changes.brokers_changed = before.brokers() != after.brokers();
  using Topic = std::shared_ptr<const TopicInfo>;
  walk_differences(before.topics(), after.topics(),
                   [&](const Topic& old, const Topic& now) { note_topic(changes, old, now); });
  using Group = std::shared_ptr<const GroupConfigs>;
  walk_differences(before.groups(), after.groups(), [&](const Group& old, const Group& now) {
    if (old && now && *old == *now) return;
    changes.group_configs.push_back(old ? old->group_id : now->group_id);
  });
  return changes;
}

}  // namespace tenon::metadata
