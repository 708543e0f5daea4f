// SPDX-License-Identifier: Apache-2.0
//
// Cases whose figure is a time. Closed loops: the next request leaves when the last is answered.
//
// Two processes that talk on one processor answer each other ten times sooner than on two, and the
// system decides which it is. So the ideal loop and this client are kept apart; the broker goes
// where it wants. Requests alternate between two partitions, one on either shard, because a hop to
// another shard costs as much as all the rest.

#include <fmt/format.h>
#include <sched.h>

#include <thread>

#include "cases.h"
#include "ideal.h"
#include "load.h"
#include "process.h"
#include "requests.h"

namespace tenon::bench {
namespace {

constexpr double kMicroseconds = 1e6;
constexpr size_t kBatchBytes = 200;
// Time for a fetch to have arrived and be waiting.
constexpr auto kParkingTime = std::chrono::microseconds(300);

using Times = std::vector<double>;

// Keeps this process on the first processor, and the ideal loop on the second.
class Apart {
 public:
  explicit Apart(const Process& loop) {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    sched_setaffinity(0, sizeof first, &first);
    loop.pin(1);
  }
  ~Apart() { sched_setaffinity(0, sizeof before_, &before_); }
  Apart(const Apart&) = delete;
  Apart& operator=(const Apart&) = delete;

 private:
  cpu_set_t before_;
};

Times time_answers(uint16_t port, const std::vector<Bytes>& frames, uint64_t count) {
  Connection connection(port);
  Times times;
  for (uint64_t i = 0; i < count; ++i) {
    const Seconds began = now();
    connection.send(frames[i % frames.size()]);
    connection.receive_frame();
    times.push_back((now() - began) * kMicroseconds);
  }
  return times;
}

std::vector<Bytes> small_frames(const std::string& topic) {
  const Bytes batch = make_batch(0, kBatchBytes);
  return {produce_frame(topic, 0, batch), produce_frame(topic, 1, batch)};
}

// `offset` is the end of both partitions.
Times time_deliveries(uint16_t port, uint64_t count, int64_t& offset) {
  Connection producer(port);
  Connection consumer(port);
  const auto produce = small_frames("delivery");
  Times times;
  for (uint64_t i = 0; i < count; ++i) {
    const auto partition = static_cast<int32_t>(i % 2);
    consumer.send(fetch_frame(
        {.topic = "delivery", .partition = partition, .offset = offset, .wait_ms = 10'000}));
    std::this_thread::sleep_for(kParkingTime);
    const Seconds began = now();
    producer.send(produce[i % 2]);
    consumer.receive_frame();
    times.push_back((now() - began) * kMicroseconds);
    check_produced(producer.receive_frame());
    if (partition == 1) ++offset;
  }
  return times;
}

// One row for each quantile; the ratio is ours over the ideal's.
struct Quantile {
  double q;
  std::string name;
  std::string target;
};

void add_round(std::vector<Row>& rows, const std::vector<Quantile>& quantiles, const Times& ours,
               const Times& ideal) {
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].ours.push_back(quantile(ours, quantiles[i].q));
    rows[i].ideal.push_back(quantile(ideal, quantiles[i].q));
    rows[i].ratios.push_back(rows[i].ours.back() / rows[i].ideal.back());
  }
}

std::vector<Row> rows_for(const std::string& name, const std::vector<Quantile>& quantiles) {
  std::vector<Row> rows;
  for (const Quantile& quantile : quantiles) {
    rows.push_back({.name = name + ", " + quantile.name, .unit = "us", .target = quantile.target});
  }
  return rows;
}

}  // namespace

std::vector<Row> ack_latency(const Settings& settings, const std::string& fsync) {
  const bool never = fsync == "never";
  const std::vector<Quantile> quantiles{{0.5, "p50", "<=1.3"}, {0.99, "p99", "<=2"}};
  auto rows = rows_for("B5 ack of 200 B, closed loop, fsync=" + fsync, quantiles);
  const Process loop = Process::ideal(never ? serve_ideal_produce : serve_ideal_group_commit);
  const Process broker = Process::broker(settings.binary, {});
  const Apart apart(loop);
  const Topic topic(broker.port(), "ack", 2, fsync);
  const auto frames = small_frames(topic.name());
  const auto count = static_cast<uint64_t>((never ? 5000 : 1000) * settings.scale);
  for (int round = 0; round <= settings.rounds; ++round) {
    const Times ideal = time_answers(loop.port(), frames, count);
    const Times ours = time_answers(broker.port(), frames, count);
    if (round > 0) add_round(rows, quantiles, ours, ideal);
  }
  for (Row& row : rows) row.rss_mb = broker.rss_mb();
  return rows;
}

std::vector<Row> delivery_latency(const Settings& settings) {
  const std::vector<Quantile> quantiles{{0.5, "p50", "<=2.2"}, {0.999, "p99.9", "2000 us"}};
  auto rows = rows_for("B6 produce to waiting fetch, against an echo", quantiles);
  const Process loop = Process::ideal(serve_echo);
  const Process broker = Process::broker(settings.binary, {});
  const Apart apart(loop);
  const Topic topic(broker.port(), "delivery", 2, "never");
  const auto frames = small_frames(topic.name());
  const auto count = static_cast<uint64_t>(1000 * settings.scale) * 2;
  int64_t offset = 0;
  for (int round = 0; round <= settings.rounds; ++round) {
    const Times ideal = time_answers(loop.port(), frames, count);
    const Times ours = time_deliveries(broker.port(), count, offset);
    if (round > 0) add_round(rows, quantiles, ours, ideal);
  }
  for (Row& row : rows) row.rss_mb = broker.rss_mb();
  return rows;
}

}  // namespace tenon::bench
