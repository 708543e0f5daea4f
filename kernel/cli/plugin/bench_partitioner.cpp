// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <chrono>

#include "cli/plugin/benchmark.h"
#include "conformance/partitioner_kit.hpp"
#include "tenon/hash.hpp"

namespace tenon::cli {
namespace {

namespace kit = sdk::conformance;
using Clock = std::chrono::steady_clock;

constexpr size_t kKeys = 4096;
constexpr int kRounds = 200;
constexpr int32_t kPartitions = 64;

std::vector<std::string> make_keys() {
  std::vector<std::string> keys;
  for (size_t i = 0; i < kKeys; ++i) keys.push_back(fmt::format("user-{}", i * 7919));
  return keys;
}

double nanoseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

double quantile(std::vector<double>& sorted, double share) {
  std::ranges::sort(sorted);
  return sorted[std::min(sorted.size() - 1,
                         static_cast<size_t>(static_cast<double>(sorted.size()) * share))];
}

// What reading the clock twice takes, which is no part of a call.
double clock_cost() {
  std::vector<double> costs;
  for (int i = 0; i < 10000; ++i) costs.push_back(nanoseconds_since(Clock::now()));
  return quantile(costs, 0.5);
}

// Nanoseconds of each call, less the clock's.
template <class Call>
std::vector<double> time_calls(const std::vector<std::string>& keys, double cost, Call&& call) {
  std::vector<double> took;
  for (int round = 0; round < kRounds / 10; ++round) {
    for (const std::string& key : keys) {
      const auto start = Clock::now();
      call(key);
      took.push_back(std::max(0.0, nanoseconds_since(start) - cost));
    }
  }
  return took;
}

// Nanoseconds per record of each run over all keys.
template <class Call>
std::vector<double> time_runs(const std::vector<std::string>& keys, Call&& call) {
  std::vector<double> took;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = Clock::now();
    for (const std::string& key : keys) call(key);
    took.push_back(nanoseconds_since(start) / static_cast<double>(keys.size()));
  }
  return took;
}

// The same of partition_batch.
std::vector<double> time_batches(const std::vector<std::string>& keys,
                                 const kit::PartitionerKit& partitioner,
                                 const kit::TestTopic& topic) {
  std::vector<tn_record> records;
  for (const std::string& key : keys) records.push_back(kit::keyed_record(key));
  std::vector<double> took;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = Clock::now();
    (void)partitioner.ask_batch(records.data(), records.size(), topic);
    took.push_back(nanoseconds_since(start) / static_cast<double>(records.size()));
  }
  return took;
}

Measurement measured(std::string what, std::vector<double> took, double baseline) {
  const double p50 = quantile(took, 0.5), p99 = quantile(took, 0.99);
  return {std::move(what),
          {{"p50", p50, "ns"},
           {"p99", p99, "ns"},
           {"murmur2", baseline > 0 ? p50 / baseline : 1, "x"}}};
}

}  // namespace

std::vector<Measurement> measure_partitioner(const tn_descriptor& descriptor,
                                             const OptionTexts& options) {
  const kit::TestHost host;
  const kit::PartitionerKit partitioner(host, descriptor, options);
  const kit::TestTopic topic(kPartitions);
  const std::vector<std::string> keys = make_keys();
  volatile int32_t sink = 0;
  const auto plugin = [&](const std::string& key) { sink = partitioner.keyed(key, topic); };
  const auto inlined = [&](const std::string& key) {
    sink = murmur2_partition(sdk::ByteView(std::string_view(key)), kPartitions);
  };
  (void)time_runs(keys, plugin);  // warm up
  const double cost = clock_cost();
  auto inlined_runs = time_runs(keys, inlined);
  auto inlined_calls = time_calls(keys, cost, inlined);
  const double run = quantile(inlined_runs, 0.5), call = quantile(inlined_calls, 0.5);
  std::vector<Measurement> all = {
      measured("one call, timed alone", time_calls(keys, cost, plugin), call),
      measured("4096 calls in a row", time_runs(keys, plugin), run)};
  if (partitioner.has_batches())
    all.push_back(measured("one batch of 4096", time_batches(keys, partitioner, topic), run));
  all.push_back(measured("murmur2 inlined, timed alone", inlined_calls, call));
  all.push_back(measured("murmur2 inlined, 4096 in a row", inlined_runs, run));
  return all;
}

}  // namespace tenon::cli
