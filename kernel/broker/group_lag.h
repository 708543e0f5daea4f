// SPDX-License-Identifier: Apache-2.0
//
// How far groups are behind, for /metrics: in records, and in seconds. The latter is the age of the
// batch that holds the next record to be read, taken from its header in the log. Ages that were
// looked up stay known while the group has not moved on, and a scrape looks up no more than
// kLookupsMax, a few in each turn of a shard, so that it stalls nobody however many groups there
// are; what is not known yet is known after the next scrapes, and not shown until then.
//
// Threads: one scheduler's; it hops to the partitions' owners.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/task.h"
#include "replication/replicas.h"

namespace tenon::broker {

// What a group has committed, and where its partition ends.
struct GroupPosition {
  std::string group;
  TopicPartition partition;
  Offset committed;
  Offset end;

  int64_t lag() const { return std::max<int64_t>(end.value - committed.value, 0); }
};

class GroupLag {
 public:
  static constexpr size_t kLookupsMax = 1'000;
  static constexpr size_t kLookupsPerTurn = 50;

  // Adds tenon_group_lag, _lag_sum, _lag_max and _lag_seconds of these positions. Resolves on
  // `home`.
  Task<void> sample(Scheduler& home, replication::Replicas& replicas,
                    std::vector<GroupPosition> positions, MetricSamples& samples);

 private:
  using Place = std::pair<TopicPartition, Offset>;
  using Times = std::map<Place, int64_t>;  // when the batch at the offset was written, in ms

  Task<void> look_up(Scheduler& home, replication::Replicas& replicas, std::vector<Place> places);

  Times times_;
};

}  // namespace tenon::broker
