// SPDX-License-Identifier: Apache-2.0

#include "base/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/assert.h"

namespace tenon {
namespace {

// Each power of two from 4 on has this many buckets.
constexpr uint64_t kSplit = 4;

// The exposed edges: 64 us to 67 s, each double the last, so that counts are exact.
constexpr uint64_t kFirstEdgeUs = 64;
constexpr uint64_t kLastEdgeUs = uint64_t{1} << 26;

// Bucket i holds (upper(i - 1), upper(i)] us: 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, ...
size_t bucket_of(uint64_t us) {
  if (us <= kSplit) return us == 0 ? 0 : us - 1;
  const uint64_t last = us - 1;  // edges are inclusive
  const auto power = static_cast<uint64_t>(std::bit_width(last)) - 1;
  const uint64_t quarter = (last >> (power - 2)) & (kSplit - 1);
  return std::min<size_t>((power - 1) * kSplit + quarter, Histogram::kBuckets - 1);
}

uint64_t upper_of(size_t bucket) {
  if (bucket < kSplit) return bucket + 1;
  const uint64_t power = bucket / kSplit + 1;
  return (kSplit + bucket % kSplit + 1) << (power - 2);
}

bool valid_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

// The bytes of the UTF-8 character that `text` begins with; 0 if it begins with none (RFC 3629).
size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first < 0xc2   ? 0
                        : first < 0xe0 ? 2
                        : first < 0xf0 ? 3
                        : first < 0xf5 ? 4
                                       : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Not longer than needed, no surrogate, not beyond U+10FFFF.
  const bool bad = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f) ||
                   (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f);
  return bad ? 0 : length;
}

// Clients choose names, group ids for one, that need not be UTF-8, which the exposition must be:
// their other bytes are shown as \xNN.
std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    const std::string_view whole = text.substr(0, length);
    const char c = text.front();
    text.remove_prefix(std::max<size_t>(length, 1));
    if (length == 0) {
      fmt::format_to(std::back_inserter(out), "\\\\x{:02x}", static_cast<unsigned char>(c));
    } else if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += whole;
    }
  }
  return out;
}

// {a="x",b="y"}, or nothing.
std::string label_text(const MetricLabels& labels, std::string_view le = {}) {
  std::string out;
  for (const auto& [name, value] : labels) {
    TN_ASSERT(valid_name(name));
    fmt::format_to(std::back_inserter(out), "{}{}=\"{}\"", out.empty() ? "" : ",", name,
                   escaped(value, true));
  }
  if (!le.empty()) {
    fmt::format_to(std::back_inserter(out), "{}le=\"{}\"", out.empty() ? "" : ",", le);
  }
  return out.empty() ? out : "{" + out + "}";
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  // Whole numbers stay whole: offsets are read by people too.
  if (std::abs(value) < 9e15 && value == std::trunc(value)) {
    return fmt::format("{}", static_cast<int64_t>(value));
  }
  return fmt::format("{}", value);
}

std::string seconds_text(uint64_t us) {
  return number_text(static_cast<double>(us) / 1e6);
}

std::string_view type_text(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      return "histogram";
  }
  return "untyped";
}

void expose_head(std::string& out, std::string_view name, std::string_view help, MetricType type) {
  fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name,
                 escaped(help, false), name, type_text(type));
}

void expose_histogram(std::string& out, std::string_view name, const MetricLabels& labels,
                      const Histogram::Snapshot& seen) {
  auto to = std::back_inserter(out);
  for (uint64_t edge = kFirstEdgeUs; edge <= kLastEdgeUs; edge *= 2) {
    fmt::format_to(to, "{}_bucket{} {}\n", name, label_text(labels, seconds_text(edge)),
                   seen.at_most_us(edge));
  }
  fmt::format_to(to, "{}_bucket{} {}\n", name, label_text(labels, "+Inf"), seen.count);
  fmt::format_to(to, "{}_sum{} {}\n", name, label_text(labels), seconds_text(seen.sum_us));
  fmt::format_to(to, "{}_count{} {}\n", name, label_text(labels), seen.count);
}

}  // namespace

size_t detail::metric_cell() {
  static std::atomic<size_t> threads{0};
  thread_local const size_t cell = threads.fetch_add(1, std::memory_order_relaxed) % kMetricCells;
  return cell;
}

uint64_t Counter::value() const {
  uint64_t total = 0;
  for (const Cell& cell : cells_) total += cell.value.load(std::memory_order_relaxed);
  return total;
}

void Histogram::observe(Duration duration) {
  const int64_t ns = std::max<int64_t>(duration.count(), 0);
  const uint64_t us = (static_cast<uint64_t>(ns) + 999) / 1000;
  Cell& cell = cells_[detail::metric_cell() % kCells];
  cell.buckets[bucket_of(us)].fetch_add(1, std::memory_order_relaxed);
  cell.sum_us.fetch_add(us, std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot all;
  for (const Cell& cell : cells_) {
    for (size_t i = 0; i < kBuckets; ++i) {
      all.buckets[i] += cell.buckets[i].load(std::memory_order_relaxed);
    }
    all.sum_us += cell.sum_us.load(std::memory_order_relaxed);
  }
  for (const uint64_t n : all.buckets) all.count += n;
  return all;
}

uint64_t Histogram::Snapshot::at_most_us(uint64_t us) const {
  uint64_t total = 0;
  for (size_t i = 0; i < kBuckets && upper_of(i) <= us; ++i) total += buckets[i];
  return total;
}

Duration Histogram::Snapshot::quantile(double q) const {
  if (count == 0) return Duration::zero();
  const auto rank =
      std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(q * static_cast<double>(count))));
  uint64_t total = 0;
  size_t bucket = 0;
  for (; bucket < kBuckets - 1; ++bucket) {
    total += buckets[bucket];
    if (total >= rank) break;
  }
  return std::chrono::microseconds(upper_of(bucket));
}

void MetricSamples::add(const Family& family, MetricLabels labels, double value) {
  TN_ASSERT(valid_name(family.name) && family.type != MetricType::kHistogram);
  auto& group = groups_.try_emplace(family.name, Group{family, {}}).first->second;
  group.series.push_back({std::move(labels), value});
}

void MetricSamples::append(MetricSamples other) {
  for (auto& [name, group] : other.groups_) {
    auto& series = groups_.try_emplace(name, Group{group.family, {}}).first->second.series;
    std::move(group.series.begin(), group.series.end(), std::back_inserter(series));
  }
}

struct MetricRegistry::Family {
  std::string help;
  MetricType type;
  // By labels; only the map of the family's type is used.
  std::map<MetricLabels, std::unique_ptr<Counter>> counters;
  std::map<MetricLabels, std::unique_ptr<Gauge>> gauges;
  std::map<MetricLabels, std::unique_ptr<Histogram>> histograms;

  void expose(std::string& out, const std::string& name) const {
    auto to = std::back_inserter(out);
    for (const auto& [labels, counter] : counters) {
      fmt::format_to(to, "{}{} {}\n", name, label_text(labels), counter->value());
    }
    for (const auto& [labels, gauge] : gauges) {
      fmt::format_to(to, "{}{} {}\n", name, label_text(labels), gauge->value());
    }
    for (const auto& [labels, histogram] : histograms) {
      expose_histogram(out, name, labels, histogram->snapshot());
    }
  }
};

namespace {

template <class T>
T& series_of(std::map<MetricLabels, std::unique_ptr<T>>& all, MetricLabels&& labels) {
  auto& series = all[std::move(labels)];
  if (!series) series = std::make_unique<T>();
  return *series;
}

}  // namespace

MetricRegistry::MetricRegistry() = default;
MetricRegistry::~MetricRegistry() = default;

MetricRegistry::Family& MetricRegistry::family(std::string_view name, std::string_view help,
                                               MetricType type) {
  auto found = families_.find(name);
  if (found == families_.end()) {
    TN_ASSERT(valid_name(name));
    auto made = std::make_unique<Family>();
    made->help = help;
    made->type = type;
    found = families_.emplace(name, std::move(made)).first;
  }
  TN_ASSERT(found->second->type == type);
  return *found->second;
}

Counter& MetricRegistry::counter(std::string_view name, std::string_view help,
                                 MetricLabels labels) {
  const std::lock_guard lock(mutex_);
  return series_of(family(name, help, MetricType::kCounter).counters, std::move(labels));
}

Gauge& MetricRegistry::gauge(std::string_view name, std::string_view help, MetricLabels labels) {
  const std::lock_guard lock(mutex_);
  return series_of(family(name, help, MetricType::kGauge).gauges, std::move(labels));
}

Histogram& MetricRegistry::histogram(std::string_view name, std::string_view help,
                                     MetricLabels labels) {
  const std::lock_guard lock(mutex_);
  return series_of(family(name, help, MetricType::kHistogram).histograms, std::move(labels));
}

void MetricRegistry::collect(std::function<void(MetricSamples&)> collector) {
  const std::lock_guard lock(mutex_);
  collectors_.push_back(std::move(collector));
}

std::string MetricRegistry::expose(MetricSamples extra) const {
  const std::lock_guard lock(mutex_);
  for (const auto& collector : collectors_) collector(extra);
  // Families of both kinds, by name; a name of both is one family.
  std::map<std::string, std::string, std::less<>> texts;
  for (const auto& [name, family] : families_) {
    std::string& text = texts[name];
    expose_head(text, name, family->help, family->type);
    family->expose(text, name);
  }
  for (const auto& [name, group] : extra.groups_) {
    std::string& text = texts[name];
    if (text.empty()) expose_head(text, name, group.family.help, group.family.type);
    for (const auto& series : group.series) {
      fmt::format_to(std::back_inserter(text), "{}{} {}\n", name, label_text(series.labels),
                     number_text(series.value));
    }
  }
  std::string out;
  for (const auto& [name, text] : texts) out += text;
  return out;
}

}  // namespace tenon
