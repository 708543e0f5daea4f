// SPDX-License-Identifier: Apache-2.0

#include "groups/group_directory.h"

#include "base/log.h"
#include "metadata/changes.h"

namespace tenon::groups {
namespace {

Task<void> load(GroupCoordinator& coordinator, std::string name) {
  const auto loaded = co_await coordinator.load();
  if (!loaded) log_error("{}: its groups cannot be served: {}", name, loaded.error().text());
}

Task<void> drop_topic(GroupCoordinator& coordinator, std::string topic) {
  const auto dropped = co_await coordinator.drop_topic(topic);
  if (!dropped) {
    log_warn("offsets of the deleted topic {} stay until they expire: {}", topic,
             dropped.error().text());
  }
}

}  // namespace

GroupDirectory::GroupDirectory(replication::Replicas& replicas, BrokerId self, GroupConfig config,
                               Random& random)
    : replicas_(replicas),
      self_(self),
      config_(config),
      random_(random),
      entries_(replicas.shards()) {}

GroupDirectory::~GroupDirectory() = default;

void GroupDirectory::on_image(size_t shard, const metadata::Image& before,
                              const metadata::Image& after) {
  const metadata::TopicInfo* offsets = after.find(kOffsetsTopic);
  if (offsets == nullptr) return;
  for (const auto& partition : offsets->partitions) {
    const bool mine =
        partition.leader == self_ && replicas_.owner(offsets->id, partition.index) == shard;
    if (mine && !entries_[shard].contains(partition.index)) make(shard, *offsets, partition.index);
  }
  for (const auto& topic : metadata::changes_between(before, after).deleted) {
    for (auto& [index, entry] : entries_[shard]) spawn(drop_topic(*entry.coordinator, topic->name));
  }
}

void GroupDirectory::make(size_t shard, const metadata::TopicInfo& offsets, int32_t partition) {
  Entry& entry = entries_[shard][partition];
  Scheduler& scheduler = replicas_.scheduler(shard);
  const std::string name = TopicPartition{offsets.name, partition}.text();
  entry.log =
      std::make_unique<PartitionLog>(replicas_.table(shard), scheduler, offsets.id, partition);
  entry.coordinator =
      std::make_unique<GroupCoordinator>(GroupCoordinator::Parts{.scheduler = scheduler,
                                                                 .random = random_,
                                                                 .log = *entry.log,
                                                                 .config = config_,
                                                                 .name = name});
  spawn(load(*entry.coordinator, name));
}

GroupCoordinator* GroupDirectory::find(size_t shard, int32_t partition) const {
  const auto found = entries_[shard].find(partition);
  return found == entries_[shard].end() ? nullptr : found->second.coordinator.get();
}

GroupDirectory::Coordinators GroupDirectory::coordinators(size_t shard) const {
  Coordinators all;
  for (const auto& [index, entry] : entries_[shard]) all.emplace(index, entry.coordinator.get());
  return all;
}

Task<void> GroupDirectory::stop(Scheduler& home) {
  for (size_t shard = 0; shard < entries_.size(); ++shard) {
    co_await call_on(home, replicas_.scheduler(shard), [this, shard]() -> Task<void> {
      for (auto& [index, entry] : entries_[shard]) co_await entry.coordinator->stop();
    });
  }
}

Result<GroupDirectory::Place> GroupDirectory::locate(const metadata::Image& image,
                                                     std::string_view group) const {
  const metadata::TopicInfo* offsets = image.find(kOffsetsTopic);
  if (offsets == nullptr) {
    return fail(Errc::kCoordinatorNotAvailable, group, "there is no __consumer_offsets yet");
  }
  const int32_t partition = partition_for(group, static_cast<int32_t>(offsets->partitions.size()));
  if (offsets->partitions[static_cast<size_t>(partition)].leader != self_) {
    return fail(Errc::kNotCoordinator, group, "another broker coordinates the group");
  }
  return Place{replicas_.owner(offsets->id, partition), partition};
}

}  // namespace tenon::groups
