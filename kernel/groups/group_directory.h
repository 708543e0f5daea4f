// SPDX-License-Identifier: Apache-2.0
//
// Finds the coordinator of a group: one coordinator per partition of __consumer_offsets, on the
// shard that owns the partition, made and loaded when the partition appears in the image, stopped
// when it leaves it or another topic of that name takes its place.
//
// Threads: on_image on every shard after its table has taken the image; call from any shard.
// Lifetime: a coordinator lives until it is stopped and nobody who asked it waits for an answer.
#pragma once

#include <map>
#include <memory>
#include <optional>
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
  struct Parts {
    replication::Replicas& replicas;
    BrokerId self;
    GroupConfig config;
    Random& random;
    Assignors& assignors;
  };
  explicit GroupDirectory(Parts parts);
  ~GroupDirectory();

  // On the shard: makes and loads the coordinators of its partitions, ends those of partitions that
  // are gone, and lets the offsets of deleted topics go. `before` is what the shard's table held
  // until now.
  void on_image(size_t shard, const metadata::Image& before, const metadata::Image& after);
  // On the shard: its coordinators by partition. Those who wait hold what they wait for.
  using Coordinators = std::map<int32_t, std::shared_ptr<GroupCoordinator>>;
  Coordinators coordinators(size_t shard) const;
  // Any thread. Another plugin assigns under this name now: the groups that ask it are assigned
  // anew.
  void on_assignor_swapped(const std::string& name);
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
    return call_on(home, parts_.replicas.scheduler(place->shard),
                   [this, where = *place, body = std::move(body)]() mutable {
                     return run<T>(where, std::move(body));
                   });
  }

 private:
  struct Place {
    size_t shard;
    Uuid topic;
    int32_t partition;
  };
  struct Entry {
    Uuid topic;
    std::unique_ptr<PartitionLog> log;
    std::unique_ptr<GroupCoordinator> coordinator;
  };
  struct Shard {
    std::map<int32_t, std::shared_ptr<Entry>> entries;
    size_t retiring = 0;                   // coordinators that are being stopped
    std::optional<Promise<void>> retired;  // waits for the last of them
    bool stopped = false;                  // images change nothing any more
  };

  Result<Place> locate(const metadata::Image& image, std::string_view group) const;
  void make(size_t shard, const metadata::TopicInfo& offsets, int32_t partition);
  void drop_gone(size_t shard, const metadata::TopicInfo* offsets);
  Task<void> retire(size_t shard, std::shared_ptr<Entry> entry);
  Task<void> stop_shard(size_t shard);
  bool is_mine(size_t shard, const metadata::TopicInfo& offsets, int32_t partition) const;
  // Null before it is made. The coordinator lives as long as the pointer.
  std::shared_ptr<GroupCoordinator> find(const Place& place) const;

  template <class T, class F>
  Task<Result<T>> run(Place place, F body) {
    const std::shared_ptr<GroupCoordinator> coordinator = find(place);
    if (coordinator == nullptr) {
      co_return fail(Errc::kCoordinatorLoadInProgress, "", "the group coordinator is being made");
    }
    co_return co_await body(*coordinator);
  }

  Parts parts_;
  std::vector<Shard> shards_;  // each touched only on its shard
};

}  // namespace tenon::groups
