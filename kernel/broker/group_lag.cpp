// SPDX-License-Identifier: Apache-2.0

#include "broker/group_lag.h"

#include <algorithm>

#include "record/batch.h"

namespace tenon::broker {
namespace {

MetricSamples::Family gauge(const char* name, const char* help) {
  return {.name = name, .help = help, .type = MetricType::kGauge};
}

// The timestamp of the batch that holds the offset; nothing if it is not there.
std::optional<int64_t> batch_time(replication::Partition& partition, Offset offset) {
  const Offset from{std::max(offset.value, partition.offsets().log_start.value)};
  const auto read =
      partition.log().read(from, partition.offsets().high_watermark, record::kHeaderBytes, false);
  Bytes header;
  if (!read || !read->copy_to(header) || header.size() < record::kHeaderBytes) return std::nullopt;
  return record::BatchView(header).base_timestamp();
}

struct Sums {
  double sum = 0;
  double most = 0;
  std::optional<double> seconds;
};

}  // namespace

Task<void> GroupLag::sample(Scheduler& home, replication::Replicas& replicas,
                            std::vector<GroupPosition> positions, MetricSamples& samples) {
  Times kept;
  std::vector<Place> unknown;
  for (const GroupPosition& one : positions) {
    if (one.lag() == 0) continue;
    const Place place{one.partition, one.committed};
    if (const auto known = times_.find(place); known != times_.end())
      kept.insert(*known);
    else if (unknown.size() < kLookupsMax)
      unknown.push_back(place);
  }
  times_ = std::move(kept);
  co_await look_up(home, replicas, std::move(unknown));

  const auto now_ms = static_cast<double>(home.clock().wall_ms());
  std::map<std::string, Sums> groups;
  for (const GroupPosition& one : positions) {
    const auto lag = static_cast<double>(one.lag());
    samples.add(gauge("tenon_group_lag", "Records between the committed offset and the end"),
                {{"group", one.group},
                 {"topic", one.partition.topic},
                 {"partition", std::to_string(one.partition.partition)}},
                lag);
    Sums& sums = groups[one.group];
    sums.sum += lag;
    sums.most = std::max(sums.most, lag);
    const auto time = times_.find({one.partition, one.committed});
    if (lag > 0 && time == times_.end()) continue;
    const double seconds =
        lag > 0 ? std::max(0.0, (now_ms - static_cast<double>(time->second)) / 1000) : 0;
    sums.seconds = std::max(sums.seconds.value_or(0), seconds);
  }
  for (const auto& [group, sums] : groups) {
    const MetricLabels labels{{"group", group}};
    samples.add(gauge("tenon_group_lag_sum", "Lag of the group over all partitions"), labels,
                sums.sum);
    samples.add(gauge("tenon_group_lag_max",
                      "Lag of the group in the partition that is furthest "
                      "behind"),
                labels, sums.most);
    if (!sums.seconds) continue;
    samples.add(gauge("tenon_group_lag_seconds",
                      "Age of the oldest batch that the group has not read; 0 = it has read all"),
                labels, *sums.seconds);
  }
}

Task<void> GroupLag::look_up(Scheduler& home, replication::Replicas& replicas,
                             std::vector<Place> places) {
  const auto image = replicas.table(0).shared_image();
  std::map<size_t, std::vector<std::pair<Place, Uuid>>> by_shard;
  for (Place& place : places) {
    const metadata::TopicInfo* topic = image->find(place.first.topic);
    if (!topic) continue;
    const Uuid id = topic->id;
    by_shard[replicas.owner(id, place.first.partition)].emplace_back(std::move(place), id);
  }
  for (const auto& [shard, wanted] : by_shard) {
    for (size_t from = 0; from < wanted.size(); from += kLookupsPerTurn) {
      const size_t until = std::min(from + kLookupsPerTurn, wanted.size());
      const auto found = co_await call_on(home, replicas.scheduler(shard), [&, from, until] {
        Times times;
        for (size_t i = from; i < until; ++i) {
          const auto& [place, id] = wanted[i];
          auto* partition = replicas.table(shard).find(id, place.first.partition);
          const auto time = partition ? batch_time(*partition, place.second) : std::nullopt;
          if (time) times.emplace(place, *time);
        }
        return times;
      });
      times_.insert(found.begin(), found.end());
    }
  }
}

}  // namespace tenon::broker
