// SPDX-License-Identifier: Apache-2.0

#include "metadata/changes.h"

#include <utility>

namespace tenon::metadata {

namespace {

void compare_topics(Changes& changes, const std::shared_ptr<const TopicInfo>& before,
                    const std::shared_ptr<const TopicInfo>& after) {
  if (before == after) return;
  if (before->id != after->id) {
    changes.deleted.push_back(before);
    changes.created.push_back(after);
  } else if (*before != *after) {
    changes.changed.push_back({before, after});
  }
}

}  // namespace

Changes changes_between(const Image& before, const Image& after) {
  Changes changes;
  changes.brokers_changed = before.brokers() != after.brokers();
  auto old = before.topics().begin();
  auto now = after.topics().begin();
  const auto old_end = before.topics().end();
  const auto now_end = after.topics().end();
  while (old != old_end && now != now_end) {
    // Both stand at the start of one and the same chunk: nothing in it differs.
    if (old.chunk_start() && old.chunk_start() == now.chunk_start()) {
      old.skip_chunk();
      now.skip_chunk();
    } else if (old->name < now->name) {
      changes.deleted.push_back((old++).share());
    } else if (now->name < old->name) {
      changes.created.push_back((now++).share());
    } else {
      compare_topics(changes, (old++).share(), (now++).share());
    }
  }
  for (; old != old_end; ++old) changes.deleted.push_back(old.share());
  for (; now != now_end; ++now) changes.created.push_back(now.share());
  return changes;
}

}  // namespace tenon::metadata
