// SPDX-License-Identifier: Apache-2.0

#include "broker/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace tenon::broker {
namespace {

constexpr size_t kNotesMax = 20;

using EndOffsets = std::map<TopicPartition, Offset>;

struct CommittedOffset {
  std::string group;
  TopicPartition partition;
  Offset offset;
};

// What one shard knows.
struct ShardView {
  MetricSamples samples;
  EndOffsets ends;
  std::vector<CommittedOffset> committed;
  groups::CauseCounts rebalances;
  groups::CauseCounts evictions;
  groups::AssignedCounts assigned;
  std::map<std::string, size_t> states;     // of groups
  std::map<std::string, uint64_t> guarded;  // records by topic
};

MetricSamples::Family gauge(std::string name, std::string help) {
  return {.name = std::move(name), .help = std::move(help), .type = MetricType::kGauge};
}

void sample_partition(replication::Partition& partition, ShardView& view) {
  const auto offsets = partition.offsets();
  const MetricLabels labels{{"topic", partition.name().topic},
                            {"partition", std::to_string(partition.name().partition)}};
  const auto add = [&](const char* name, const char* help, int64_t value) {
    view.samples.add(gauge(name, help), labels, static_cast<double>(value));
  };
  add("tenon_partition_log_start_offset", "First offset that can be read", offsets.log_start.value);
  add("tenon_partition_high_watermark", "Offset below which consumers read",
      offsets.high_watermark.value);
  add("tenon_partition_log_end_offset", "Next offset to be written", offsets.log_end.value);
  add("tenon_partition_bytes", "Bytes of the log", partition.log().bytes());
  view.ends.emplace(partition.name(), offsets.high_watermark);
  const uint64_t guarded = partition.guard().checked();
  if (guarded > 0) view.guarded[partition.name().topic] += guarded;
}

void sample_group(const groups::GroupSummary& group, ShardView& view) {
  const MetricLabels labels{{"group", group.id}};
  view.samples.add(gauge("tenon_group_members", "Members of the group"), labels,
                   static_cast<double>(group.members));
  view.samples.add(gauge("tenon_group_generation", "Generation of the group"), labels,
                   group.generation);
}

ShardView view_of(replication::Replicas& replicas, groups::GroupDirectory& groups, size_t shard) {
  ShardView view;
  replicas.table(shard).for_each(
      [&view](replication::Partition& partition) { sample_partition(partition, view); });
  for (const auto& [index, coordinator] : groups.coordinators(shard)) {
    for (const auto& group : coordinator->summaries()) {
      sample_group(group, view);
      ++view.states[group.state];
    }
    view.rebalances.add(coordinator->chronicles().rebalances());
    view.evictions.add(coordinator->chronicles().evictions());
    const groups::AssignedCounts assigned = coordinator->assigned_counts();
    view.assigned.assigned += assigned.assigned;
    view.assigned.unreadable += assigned.unreadable;
    view.assigned.failed += assigned.failed;
    view.assigned.late += assigned.late;
    coordinator->for_each_offset(
        [&view](const std::string& id, const TopicPartition& partition, Offset offset) {
          view.committed.push_back({id, partition, offset});
        });
  }
  return view;
}

std::vector<GroupPosition> positions_of(const std::vector<ShardView>& views) {
  EndOffsets ends;
  for (const ShardView& view : views) ends.insert(view.ends.begin(), view.ends.end());
  std::vector<GroupPosition> positions;
  for (const ShardView& view : views) {
    for (const CommittedOffset& committed : view.committed) {
      const auto end = ends.find(committed.partition);
      if (end == ends.end()) continue;
      positions.push_back({committed.group, committed.partition, committed.offset, end->second});
    }
  }
  return positions;
}

void add_causes(const groups::CauseCounts& counts, const char* name, const char* help,
                MetricSamples& samples) {
  for (size_t i = 0; i < groups::kCauses; ++i) {
    const groups::Cause cause = groups::cause_at(i);
    samples.add({.name = name, .help = help, .type = MetricType::kCounter},
                {{"cause", std::string(to_string(cause))}}, static_cast<double>(counts.of(cause)));
  }
}

void add_group_counts(const std::vector<ShardView>& views, MetricSamples& samples) {
  groups::CauseCounts rebalances;
  groups::CauseCounts evictions;
  groups::AssignedCounts assigned;
  std::map<std::string, size_t> states;
  for (const ShardView& view : views) {
    rebalances.add(view.rebalances);
    evictions.add(view.evictions);
    assigned.assigned += view.assigned.assigned;
    assigned.unreadable += view.assigned.unreadable;
    assigned.failed += view.assigned.failed;
    assigned.late += view.assigned.late;
    for (const auto& [state, count] : view.states) states[state] += count;
  }
  add_causes(rebalances, "tenon_group_rebalances_total", "Rebalances, by what set them off",
             samples);
  add_causes(evictions, "tenon_group_evictions_total",
             "Members that were removed from their groups, by why", samples);
  for (const auto& [state, count] : states) {
    samples.add(gauge("tenon_groups", "Groups in this state"), {{"state", state}},
                static_cast<double>(count));
  }
  const auto outcome = [&samples](const char* what, uint64_t count) {
    samples.add({.name = "tenon_group_broker_assignments_total",
                 .help = "Generations of classic groups that an assignor of the broker was to "
                         "decide, by what came of it",
                 .type = MetricType::kCounter},
                {{"outcome", what}}, static_cast<double>(count));
  };
  outcome("assigned", assigned.assigned);
  outcome("members_unreadable", assigned.unreadable);
  outcome("assignor_failed", assigned.failed);
  outcome("assignor_late", assigned.late);
}

void add_guarded(const std::vector<ShardView>& views, MetricSamples& samples) {
  std::map<std::string, uint64_t> sums;
  for (const ShardView& view : views) {
    for (const auto& [topic, records] : view.guarded) sums[topic] += records;
  }
  for (const auto& [topic, records] : sums) {
    samples.add({.name = "tenon_partitioner_guard_records_total",
                 .help = "Records that were held against the topic's partitioner",
                 .type = MetricType::kCounter},
                {{"topic", topic}}, static_cast<double>(records));
  }
}

}  // namespace

Task<MetricSamples> gather_samples(Scheduler& home, replication::Replicas& replicas,
                                   groups::GroupDirectory& groups, GroupLag& lag) {
  std::vector<ShardView> views;
  for (size_t shard = 0; shard < replicas.shards(); ++shard) {
    views.push_back(co_await call_on(home, replicas.scheduler(shard), [&replicas, &groups, shard] {
      return view_of(replicas, groups, shard);
    }));
  }
  MetricSamples samples;
  const auto offline = co_await replicas.offline(home);
  samples.add(gauge("tenon_offline_partitions", "Partitions that take no records: a broken log"),
              {}, static_cast<double>(offline.size()));
  co_await lag.sample(home, replicas, positions_of(views), samples);
  add_group_counts(views, samples);
  add_guarded(views, samples);
  for (ShardView& view : views) samples.append(std::move(view.samples));
  co_return samples;
}

Task<std::string> gather_storage_notes(Scheduler& home, replication::Replicas& replicas) {
  const auto offline = co_await replicas.offline(home);
  if (offline.empty()) co_return "[+]storage ok: every partition is online\n";
  std::string notes;
  for (size_t i = 0; i < std::min(offline.size(), kNotesMax); ++i) {
    notes += fmt::format("[-]storage offline: {}: {}\n", offline[i].name.text(), offline[i].why);
  }
  if (offline.size() > kNotesMax) {
    notes += fmt::format("[-]storage offline: and {} more\n", offline.size() - kNotesMax);
  }
  co_return notes;
}

}  // namespace tenon::broker
