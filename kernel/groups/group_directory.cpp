// SPDX-License-Identifier: Apache-2.0

#include "groups/group_directory.h"

#include "base/log.h"
#include "metadata/changes.h"

namespace tenon::groups {
namespace {

using Held = std::shared_ptr<GroupCoordinator>;

Task<void> load(Held coordinator, std::string name) {
  const auto loaded = co_await coordinator->load();
  if (!loaded) log_error("{}: its groups cannot be served: {}", name, loaded.error().text());
}

Task<void> drop_topic(Held coordinator, std::string topic) {
  const auto dropped = co_await coordinator->drop_topic(topic);
  if (!dropped) {
    log_warn("offsets of the deleted topic {} stay until they expire: {}", topic,
             dropped.error().text());
  }
}

}  // namespace

GroupDirectory::GroupDirectory(Parts parts)
    : parts_(std::move(parts)), shards_(parts_.replicas.shards()) {}

GroupDirectory::~GroupDirectory() = default;

void GroupDirectory::on_image(size_t shard, const metadata::Image& before,
                              const metadata::Image& after) {
  if (shards_[shard].stopped) return;
  const metadata::TopicInfo* offsets = after.find(kOffsetsTopic);
  drop_gone(shard, offsets);
  if (offsets == nullptr) return;
  for (const auto& partition : offsets->partitions) {
    const bool made = shards_[shard].entries.contains(partition.index);
    if (!made && is_mine(shard, *offsets, partition.index)) {
      make(shard, *offsets, partition.index);
    }
  }
  const metadata::Changes changes = metadata::changes_between(before, after);
  for (const auto& [index, held] : coordinators(shard)) {
    held->on_image(changes);
    for (const auto& topic : changes.deleted) spawn(drop_topic(held, topic->name));
  }
}

bool GroupDirectory::is_mine(size_t shard, const metadata::TopicInfo& offsets,
                             int32_t partition) const {
  const auto index = static_cast<size_t>(partition);
  return index < offsets.partitions.size() && offsets.partitions[index].leader == parts_.self &&
         parts_.replicas.owner(offsets.id, partition) == shard;
}

// Ends the coordinators whose partition is no longer ours: the topic was deleted, and may have been
// made again under another id; or another broker leads.
void GroupDirectory::drop_gone(size_t shard, const metadata::TopicInfo* offsets) {
  auto& entries = shards_[shard].entries;
  for (auto it = entries.begin(); it != entries.end();) {
    const auto& [partition, entry] = *it;
    const bool stays =
        offsets != nullptr && offsets->id == entry->topic && is_mine(shard, *offsets, partition);
    if (stays) {
      ++it;
      continue;
    }
    auto gone = entry;
    it = entries.erase(it);
    spawn(retire(shard, std::move(gone)));
  }
}

// Stops the coordinator and lets it go from the event loop: the last to end may be inside of it.
Task<void> GroupDirectory::retire(size_t shard, std::shared_ptr<Entry> entry) {
  ++shards_[shard].retiring;
  co_await entry->coordinator->stop();
  parts_.replicas.scheduler(shard).post([this, shard, gone = std::move(entry)]() mutable {
    gone.reset();
    Shard& own = shards_[shard];
    if (--own.retiring > 0 || !own.retired) return;
    auto retired = std::exchange(own.retired, std::nullopt);
    retired->fulfil();
  });
}

void GroupDirectory::make(size_t shard, const metadata::TopicInfo& offsets, int32_t partition) {
  Scheduler& scheduler = parts_.replicas.scheduler(shard);
  replication::PartitionTable& table = parts_.replicas.table(shard);
  const std::string name = TopicPartition{offsets.name, partition}.text();
  auto entry = std::make_shared<Entry>();
  entry->topic = offsets.id;
  entry->log = std::make_unique<PartitionLog>(table, scheduler, offsets.id, partition);
  entry->coordinator = std::make_unique<GroupCoordinator>(
      GroupCoordinator::Parts{.scheduler = scheduler,
                              .random = parts_.random,
                              .log = *entry->log,
                              .config = parts_.config,
                              .name = name,
                              .assignors = parts_.assignors,
                              .image = [&table] { return table.shared_image(); }});
  shards_[shard].entries[partition] = entry;
  spawn(load(Held(entry, entry->coordinator.get()), name));
}

std::shared_ptr<GroupCoordinator> GroupDirectory::find(const Place& place) const {
  const auto& entries = shards_[place.shard].entries;
  const auto found = entries.find(place.partition);
  if (found == entries.end() || found->second->topic != place.topic) return nullptr;
  return {found->second, found->second->coordinator.get()};
}

GroupDirectory::Coordinators GroupDirectory::coordinators(size_t shard) const {
  Coordinators all;
  for (const auto& [index, entry] : shards_[shard].entries) {
    all.emplace(index, Held(entry, entry->coordinator.get()));
  }
  return all;
}

void GroupDirectory::on_assignor_swapped(const std::string& name) {
  for (size_t shard = 0; shard < shards_.size(); ++shard) {
    parts_.replicas.scheduler(shard).post([this, shard, name] {
      for (const auto& [index, held] : coordinators(shard)) held->on_assignor_swapped(name);
    });
  }
}

Task<void> GroupDirectory::stop(Scheduler& home) {
  for (size_t shard = 0; shard < shards_.size(); ++shard) {
    co_await call_on(home, parts_.replicas.scheduler(shard),
                     [this, shard]() -> Task<void> { return stop_shard(shard); });
  }
}

Task<void> GroupDirectory::stop_shard(size_t shard) {
  Shard& own = shards_[shard];
  own.stopped = true;
  for (const auto& [index, held] : coordinators(shard)) co_await held->stop();
  if (own.retiring == 0) co_return;
  own.retired.emplace();
  co_await own.retired->future();
}

Result<GroupDirectory::Place> GroupDirectory::locate(const metadata::Image& image,
                                                     std::string_view group) const {
  const metadata::TopicInfo* offsets = image.find(kOffsetsTopic);
  if (offsets == nullptr) {
    return fail(Errc::kCoordinatorNotAvailable, group, "there is no __consumer_offsets yet");
  }
  const int32_t partition = partition_for(group, static_cast<int32_t>(offsets->partitions.size()));
  if (offsets->partitions[static_cast<size_t>(partition)].leader != parts_.self) {
    return fail(Errc::kNotCoordinator, group, "another broker coordinates the group");
  }
  return Place{parts_.replicas.owner(offsets->id, partition), offsets->id, partition};
}

}  // namespace tenon::groups
