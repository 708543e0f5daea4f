// SPDX-License-Identifier: Apache-2.0
//
// Cases whose figure is bytes or requests per second.

#include <fmt/format.h>

#include <functional>

#include "cases.h"
#include "ideal.h"
#include "load.h"
#include "process.h"
#include "requests.h"

namespace tenon::bench {
namespace {

constexpr size_t kBatchBytes = 128u << 10;
constexpr size_t kRecordBytes = 1000;
constexpr uint64_t kChunkBytes = 1u << 20;
constexpr double kGB = 1e9;

struct Measured {
  Driven driven;
  double cpu_seconds;

  double gb() const {
    return static_cast<double>(std::max(driven.bytes_sent, driven.bytes_received)) / kGB;
  }
};

Measured measure(const Process& process, const Load& load) {
  const double before = process.cpu_seconds();
  const Driven driven = drive(process.port(), load);
  return {driven, process.cpu_seconds() - before};
}

// Runs both in turn. `figure` is what the row shows of a run.
template <class F>
void run_rounds(Row& row, const Settings& settings, const std::function<Measured()>& ideal,
                const std::function<Measured(int round)>& ours, F figure) {
  for (int round = 0; round <= settings.rounds; ++round) {
    const Measured limit = ideal();
    const Measured reached = ours(round);
    if (round == 0) continue;
    row.ours.push_back(figure(reached));
    row.ideal.push_back(figure(limit));
    row.ratios.push_back(row.ours.back() / row.ideal.back());
    row.cpu.push_back(reached.cpu_seconds / reached.gb());
    row.cpu_ideal.push_back(limit.cpu_seconds / limit.gb());
  }
}

double gb_per_second(const Measured& measured) {
  return measured.gb() / measured.driven.seconds;
}

uint64_t scaled(const Settings& settings, double count) {
  return std::max<uint64_t>(100, static_cast<uint64_t>(count * settings.scale));
}

Process start_broker(const Settings& settings) {
  return Process::broker(settings.binary, {"log.level=info"});
}

}  // namespace

Row ingest(const Settings& settings, const std::string& fsync) {
  const bool never = fsync == "never";
  Row row{.name = fmt::format("{} ingest 128 KiB, 1 conn, fsync={}", never ? "B1" : "B2", fsync),
          .unit = "GB/s",
          .target = ">=0.85"};
  const Process loop = Process::ideal(never ? serve_ideal_produce : serve_ideal_group_commit);
  const Process broker = start_broker(settings);
  const Bytes batch = make_batch(kBatchBytes, kRecordBytes);
  Load load{.requests = scaled(settings, never ? 8000 : 3000)};
  const auto limit = [&] {
    load.frames = {{produce_frame("ideal", 0, batch)}};
    load.check_reply = {};
    return measure(loop, load);
  };
  const auto reached = [&](int round) {
    // One partition lies on the connection's shard, the other does not: each gets half of the
    // rounds.
    const Topic topic(broker.port(), fmt::format("ingest-{}", round), 2, fsync);
    load.frames = {{produce_frame(topic.name(), round % 2, batch)}};
    load.check_reply = check_produced;
    const Measured measured = measure(broker, load);
    row.rss_mb = broker.rss_mb();
    return measured;
  };
  run_rounds(row, settings, limit, reached, gb_per_second);
  return row;
}

std::vector<Row> guard_cost(const Settings& settings) {
  std::vector<Row> rows;
  const Process broker = start_broker(settings);
  for (const size_t record_bytes : {1024, 100}) {
    Row& row = rows.emplace_back();
    row.name = fmt::format("B7 guard warn / off, records of {} B", record_bytes);
    row.unit = "GB/s";
    row.target = record_bytes == 1024 ? ">=0.90" : "-";
    Load load{.requests = scaled(settings, 8000), .check_reply = check_produced};
    const auto ingested = [&](const std::string& mode, int round) {
      const Topic topic(broker.port(), fmt::format("guard-{}-{}", mode, round), kKeyedPartitions,
                        "never",
                        {{"tenon.partitioner", "hash"}, {"tenon.partitioner.guard", mode}});
      const Bytes batch = make_keyed_batch(kBatchBytes, record_bytes, round % 2);
      load.frames = {{produce_frame(topic.name(), round % 2, batch)}};
      const Measured measured = measure(broker, load);
      row.rss_mb = broker.rss_mb();
      return measured;
    };
    int off_round = 0;
    run_rounds(
        row, settings, [&] { return ingested("off", off_round++); },
        [&](int round) { return ingested("warn", round); }, gb_per_second);
  }
  return rows;
}

Row hot_fetch(const Settings& settings) {
  Row row{.name = "B3 hot fetch 1 MiB, 1 conn", .unit = "GB/s", .target = ">=0.85"};
  constexpr uint64_t kChunks = 512;
  const Process loop = Process::ideal([](int listener, const std::string& folder) {
    serve_ideal_fetch(listener, folder, kChunks * kChunkBytes, kChunkBytes);
  });
  const Process broker = start_broker(settings);
  const Bytes batch = make_batch(kBatchBytes, kRecordBytes);
  const Topic topic(broker.port(), "fetch", 2, "never");
  constexpr uint64_t kBatches = (kChunks + 1) * kChunkBytes / kBatchBytes + kChunks;
  std::vector<Bytes> frames[2];
  for (const int32_t partition : {0, 1}) {
    drive(broker.port(), {.frames = {{produce_frame(topic.name(), partition, batch)}},
                          .requests = kBatches,
                          .check_reply = check_produced});
    for (uint64_t chunk = 0; chunk < kChunks; ++chunk) {
      const auto first_batch = static_cast<int64_t>(chunk * kChunkBytes / kBatchBytes);
      frames[partition].push_back(fetch_frame({.topic = topic.name(),
                                               .partition = partition,
                                               .offset = first_batch * records_in(batch),
                                               .bytes_max = static_cast<int32_t>(kChunkBytes)}));
    }
  }
  Load load{.requests = scaled(settings, 4000), .window = 4};
  const auto reached = [&](int round) {
    load.frames = {frames[round % 2]};
    const Measured measured = measure(broker, load);
    row.rss_mb = broker.rss_mb();
    return measured;
  };
  const auto limit = [&] {
    load.frames = {frames[0]};
    return measure(loop, load);
  };
  run_rounds(row, settings, limit, reached, gb_per_second);
  return row;
}

Row small_requests(const Settings& settings) {
  Row row{
      .name = "B4 100 B requests, 10 conns, 100 partitions", .unit = "req/s", .target = ">=0.60"};
  constexpr int32_t kConnections = 10;
  constexpr int32_t kPartitions = 100;
  const Process loop = Process::ideal(serve_ideal_produce);
  const Process broker = start_broker(settings);
  const Topic topic(broker.port(), "small", kPartitions, "never");
  const Bytes batch = make_batch(0, 100);
  Load load{.requests = scaled(settings, 20'000), .check_reply = check_produced};
  for (int32_t c = 0; c < kConnections; ++c) {
    auto& frames = load.frames.emplace_back();
    for (int32_t p = c; p < kPartitions; p += kConnections) {
      frames.push_back(produce_frame(topic.name(), p, batch));
    }
  }
  const Load ideal_load{
      .frames = {{produce_frame("ideal", 0, make_batch(16u << 10, kRecordBytes))}},
      .requests = scaled(settings, 60'000)};
  const auto reached = [&](int) {
    const Measured measured = measure(broker, load);
    row.rss_mb = broker.rss_mb();
    return measured;
  };
  run_rounds(
      row, settings, [&] { return measure(loop, ideal_load); }, reached,
      [](const Measured& measured) { return measured.driven.per_second(); });
  // Per gigabyte means little here: what a million requests cost.
  for (double& cpu : row.cpu) cpu *= static_cast<double>(load.frames[0][0].size()) * 1e6 / kGB;
  row.cpu_ideal.clear();
  row.name += " (CPU: s per M)";
  return row;
}

}  // namespace tenon::bench
