// SPDX-License-Identifier: Apache-2.0
//
// What the broker counts, and its exposition as Prometheus text 0.0.4.
//
//   Counter    only rises                    Gauge   goes up and down
//   Histogram  durations, in log-linear buckets, exposed in seconds
//   MetricRegistry  families by name, each with one series per set of labels
//   MetricSamples   values read at the time of a scrape: offsets, lags
//
// Names are tenon_<thing>_<unit>[_total], units are base units (seconds, bytes).
//
// Threads: counting is lock-free, relaxed, from any thread; threads count in cells of their own and
// a scrape adds the cells up. Registering and exposing take the registry's mutex, so series are
// looked up once and kept: a reference is valid as long as the registry.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace tenon {

// {name, value}, exposed in this order.
using MetricLabels = std::vector<std::pair<std::string, std::string>>;

enum class MetricType { kCounter, kGauge, kHistogram };

namespace detail {
inline constexpr size_t kMetricCells = 8;
// The calling thread's cell; threads share when there are more of them than cells.
size_t metric_cell();
}  // namespace detail

class Counter {
 public:
  void add(uint64_t n = 1) {
    cells_[detail::metric_cell()].value.fetch_add(n, std::memory_order_relaxed);
  }
  uint64_t value() const;

 private:
  struct alignas(64) Cell {
    std::atomic<uint64_t> value{0};
  };
  std::array<Cell, detail::kMetricCells> cells_;
};

class Gauge {
 public:
  void set(int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(int64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  void sub(int64_t n = 1) { value_.fetch_sub(n, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

// Counts durations in whole microseconds, rounded up. Each power of two is split in four buckets,
// so a quantile is at most a quarter too high. Bucket 0 is (0, 1] us; the last takes the rest.
class Histogram {
 public:
  static constexpr size_t kBuckets = 132;  // up to 2^34 us, almost five hours

  void observe(Duration duration);

  struct Snapshot {
    std::array<uint64_t, kBuckets> buckets{};
    uint64_t count = 0;
    uint64_t sum_us = 0;

    // How many were at most `us`, which is exact when it is a power of two.
    uint64_t at_most_us(uint64_t us) const;
    // The upper edge of the bucket in which the quantile (0 < q <= 1) lies; 0 when empty.
    Duration quantile(double q) const;
  };
  Snapshot snapshot() const;

 private:
  static constexpr size_t kCells = 4;
  struct alignas(64) Cell {
    std::array<std::atomic<uint64_t>, kBuckets> buckets{};
    std::atomic<uint64_t> sum_us{0};
  };
  std::array<Cell, kCells> cells_;
};

// Samples of a scrape that no counter holds. Value type.
class MetricSamples {
 public:
  // `type` is kCounter or kGauge; it and `help` are those of the family's first sample.
  struct Family {
    std::string name;
    std::string help;
    MetricType type = MetricType::kGauge;
  };
  void add(const Family& family, MetricLabels labels, double value);
  // Moves the samples of `other` behind these.
  void append(MetricSamples other);

 private:
  friend class MetricRegistry;
  struct Series {
    MetricLabels labels;
    double value;
  };
  struct Group {
    Family family;
    std::vector<Series> series;
  };
  std::map<std::string, Group, std::less<>> groups_;
};

class MetricRegistry {
 public:
  MetricRegistry();
  ~MetricRegistry();
  MetricRegistry(const MetricRegistry&) = delete;
  MetricRegistry& operator=(const MetricRegistry&) = delete;

  // The series of that name and those labels, made when it is not there. A name keeps the type and
  // help of its first use; asking for it as another type is a bug.
  Counter& counter(std::string_view name, std::string_view help, MetricLabels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, MetricLabels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, MetricLabels labels = {});

  // Calls `collector` at every exposition, on the thread that exposes and under the mutex: it must
  // not call the registry, and what it reads must outlive the last exposition.
  void collect(std::function<void(MetricSamples&)> collector);

  // Prometheus text exposition, families by name, with `extra` among them.
  std::string expose(MetricSamples extra = {}) const;

 private:
  struct Family;
  Family& family(std::string_view name, std::string_view help, MetricType type);

  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Family>, std::less<>> families_;  // guarded by mutex_
  std::vector<std::function<void(MetricSamples&)>> collectors_;           // guarded by mutex_
};

}  // namespace tenon
