// SPDX-License-Identifier: Apache-2.0
//
// Finds the coordinator of a group: one coordinator per partition of __consumer_offsets, on the
// shard that owns the partition, made and loaded when the partition appears in the image.
//
// Threads: on_image on every shard after its table has taken the image; call from any shard.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "groups/group_coordinator.h"
#include "groups/partition_log.h"
#include "groups/partitioning.h"
#include "replication/replicas.h"

namespace tenon::groups {

class GroupDirectory {
 public:
  // All outlive the directory. `random` must be safe to use from every shard.
  GroupDirectory(replication::Replicas& replicas, BrokerId self, GroupConfig config,
                 Random& random);
  ~GroupDirectory();

  // On the shard: makes and loads the coordinators of its partitions, and lets the offsets of
  // deleted topics go. `before` is what the shard's table held until now.
  void on_image(size_t shard, const metadata::Image& before, const metadata::Image& after);
  // On the shard: its coordinators by partition.
  using Coordinators = std::map<int32_t, GroupCoordinator*>;
  Coordinators coordinators(size_t shard) const;
  // Answers what is parked and ends all coordinators. Resolves on `home`.
  Task<void> stop(Scheduler& home);

  // Runs `body(GroupCoordinator&) -> Task<T>` on the owner of the group and brings the result home.
  // kCoordinatorNotAvailable while there is no __consumer_offsets, kNotCoordinator when another
  // broker leads the partition, kCoordinatorLoadInProgress before the coordinator is there.
  template <class T, class F>
  Future<Result<T>> call(Scheduler& home, const metadata::Image& image, std::string_view group,
                         F body) {
    auto place = locate(image, group);
    if (!place) {
      Promise<Result<T>> refused;
      auto future = refused.future();
      refused.fulfil(forward(place));
      return future;
    }
    const auto [shard, partition] = *place;
    return call_on(home, replicas_.scheduler(shard),
                   [this, shard, partition, body = std::move(body)]() mutable {
                     return run<T>(shard, partition, std::move(body));
                   });
  }

 private:
  struct Place {
    size_t shard;
    int32_t partition;
  };
  struct Entry {
    std::unique_ptr<PartitionLog> log;
    std::unique_ptr<GroupCoordinator> coordinator;
  };

  Result<Place> locate(const metadata::Image& image, std::string_view group) const;
  void make(size_t shard, const metadata::TopicInfo& offsets, int32_t partition);
  GroupCoordinator* find(size_t shard, int32_t partition) const;

  template <class T, class F>
  Task<Result<T>> run(size_t shard, int32_t partition, F body) {
    GroupCoordinator* coordinator = find(shard, partition);
    if (coordinator == nullptr) {
      co_return fail(Errc::kCoordinatorLoadInProgress, "", "the group coordinator is being made");
    }
    co_return co_await body(*coordinator);
  }

  replication::Replicas& replicas_;
  BrokerId self_;
  GroupConfig config_;
  Random& random_;
  std::vector<std::map<int32_t, Entry>> entries_;  // by shard, touched only there
};

}  // namespace tenon::groups
