// SPDX-License-Identifier: Apache-2.0

#include "base/metrics.h"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace tenon {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// Is `line` one of the lines of `text`?
bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(Counter, adds_up_what_many_threads_count) {
  Counter counter;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&counter] {
      for (int n = 0; n < 1000; ++n) counter.add();
    });
  }
  for (auto& thread : threads) thread.join();
  counter.add(7);
  EXPECT_EQ(counter.value(), 4007u);
}

TEST(Gauge, goes_up_and_down) {
  Gauge gauge;
  gauge.set(5);
  gauge.add(2);
  gauge.sub(10);
  EXPECT_EQ(gauge.value(), -3);
}

TEST(Histogram, edges_are_inclusive_and_powers_of_two_are_exact) {
  Histogram histogram;
  histogram.observe(microseconds(64));
  histogram.observe(microseconds(65));
  histogram.observe(microseconds(128));
  histogram.observe(microseconds(128) + nanoseconds(1));
  const auto seen = histogram.snapshot();
  EXPECT_EQ(seen.at_most_us(64), 1u);
  EXPECT_EQ(seen.at_most_us(128), 3u);
  EXPECT_EQ(seen.at_most_us(256), 4u);
  EXPECT_EQ(seen.count, 4u);
  EXPECT_EQ(seen.sum_us, 64u + 65 + 128 + 129);
}

TEST(Histogram, every_duration_lies_in_a_bucket_at_most_a_quarter_too_high) {
  for (uint64_t us = 1; us < 1'000'000; us += 1 + us / 50) {
    Histogram histogram;
    histogram.observe(microseconds(us));
    const Duration upper = histogram.snapshot().quantile(1.0);
    ASSERT_GE(upper, microseconds(us));
    ASSERT_LE(upper, microseconds(us + us / 4 + 1));
  }
}

TEST(Histogram, quantiles_follow_the_ranks) {
  Histogram histogram;
  for (int i = 0; i < 99; ++i) histogram.observe(microseconds(4));
  histogram.observe(microseconds(1024));
  const auto seen = histogram.snapshot();
  EXPECT_EQ(seen.quantile(0.5), microseconds(4));
  EXPECT_EQ(seen.quantile(0.99), microseconds(4));
  EXPECT_EQ(seen.quantile(1.0), microseconds(1024));
  EXPECT_EQ(Histogram().snapshot().quantile(0.5), Duration::zero());
}

TEST(Histogram, takes_negative_and_huge_durations) {
  Histogram histogram;
  histogram.observe(seconds(-1));
  histogram.observe(std::chrono::hours(1000));
  EXPECT_EQ(histogram.snapshot().count, 2u);
  EXPECT_EQ(histogram.snapshot().at_most_us(1), 1u);
}

TEST(MetricRegistry, exposes_counters_and_gauges_by_name) {
  MetricRegistry registry;
  registry.gauge("tenon_things", "How many things.").set(-2);
  registry.counter("tenon_bytes_total", "Bytes.", {{"way", "out"}}).add(2);
  registry.counter("tenon_bytes_total", "Bytes.", {{"way", "in"}}).add(1);
  EXPECT_EQ(registry.expose(),
            "# HELP tenon_bytes_total Bytes.\n"
            "# TYPE tenon_bytes_total counter\n"
            "tenon_bytes_total{way=\"in\"} 1\n"
            "tenon_bytes_total{way=\"out\"} 2\n"
            "# HELP tenon_things How many things.\n"
            "# TYPE tenon_things gauge\n"
            "tenon_things -2\n");
}

TEST(MetricRegistry, gives_the_same_series_for_the_same_labels) {
  MetricRegistry registry;
  Counter& one = registry.counter("tenon_a_total", "A.", {{"x", "1"}});
  EXPECT_EQ(&one, &registry.counter("tenon_a_total", "A.", {{"x", "1"}}));
  EXPECT_NE(&one, &registry.counter("tenon_a_total", "A.", {{"x", "2"}}));
}

TEST(MetricRegistry, escapes_label_values_and_help) {
  MetricRegistry registry;
  registry.counter("tenon_a_total", "a\\b\nc\"d\"", {{"x", "a\\b\nc\"d\""}}).add();
  EXPECT_EQ(registry.expose(),
            "# HELP tenon_a_total a\\\\b\\nc\"d\"\n"
            "# TYPE tenon_a_total counter\n"
            "tenon_a_total{x=\"a\\\\b\\nc\\\"d\\\"\"} 1\n");
}

TEST(MetricRegistry, label_values_are_utf8_whatever_they_were) {
  const auto shown = [](std::string value) {
    MetricSamples samples;
    samples.add({.name = "a", .help = "A.", .type = MetricType::kGauge}, {{"x", value}}, 1);
    const std::string text = MetricRegistry().expose(std::move(samples));
    return text.substr(text.find('"') + 1, text.rfind('"') - text.find('"') - 1);
  };
  EXPECT_EQ(shown("\u00e9\u20ac\U0001f600"), "\u00e9\u20ac\U0001f600");
  EXPECT_EQ(shown("a\xff\xc3"), "a\\\\xff\\\\xc3");
  EXPECT_EQ(shown("\xc0\x80"), "\\\\xc0\\\\x80");             // longer than needed
  EXPECT_EQ(shown("\xed\xa0\x80"), "\\\\xed\\\\xa0\\\\x80");  // a surrogate
  EXPECT_EQ(shown("\xf4\x90\x80\x80"), "\\\\xf4\\\\x90\\\\x80\\\\x80");
  EXPECT_EQ(shown("\xe2\x82"), "\\\\xe2\\\\x82");
}

TEST(MetricRegistry, exposes_histograms_cumulatively_in_seconds) {
  MetricRegistry registry;
  auto& latency = registry.histogram("tenon_wait_seconds", "Waiting.", {{"api", "Fetch"}});
  latency.observe(microseconds(100));
  latency.observe(microseconds(1500));
  latency.observe(seconds(100));
  const std::string text = registry.expose();
  EXPECT_TRUE(has_line(text, "# TYPE tenon_wait_seconds histogram"));
  EXPECT_TRUE(has_line(text, "tenon_wait_seconds_bucket{api=\"Fetch\",le=\"6.4e-05\"} 0"));
  EXPECT_TRUE(has_line(text, "tenon_wait_seconds_bucket{api=\"Fetch\",le=\"0.000128\"} 1"));
  EXPECT_TRUE(has_line(text, "tenon_wait_seconds_bucket{api=\"Fetch\",le=\"0.002048\"} 2"));
  EXPECT_TRUE(has_line(text, "tenon_wait_seconds_bucket{api=\"Fetch\",le=\"67.108864\"} 2"));
  EXPECT_TRUE(has_line(text, "tenon_wait_seconds_bucket{api=\"Fetch\",le=\"+Inf\"} 3"));
  EXPECT_TRUE(has_line(text, "tenon_wait_seconds_sum{api=\"Fetch\"} 100.0016"));
  EXPECT_TRUE(has_line(text, "tenon_wait_seconds_count{api=\"Fetch\"} 3"));
}

TEST(MetricRegistry, asks_its_collectors_at_every_exposition) {
  MetricRegistry registry;
  int64_t offset = 41;
  registry.collect([&offset](MetricSamples& samples) {
    samples.add({"tenon_end_offset", "Log end offset.", MetricType::kGauge},
                {{"topic", "orders"}, {"partition", "0"}}, static_cast<double>(offset));
  });
  offset = 123456789;
  EXPECT_EQ(registry.expose(),
            "# HELP tenon_end_offset Log end offset.\n"
            "# TYPE tenon_end_offset gauge\n"
            "tenon_end_offset{topic=\"orders\",partition=\"0\"} 123456789\n");
}

TEST(MetricRegistry, puts_gathered_samples_in_their_family) {
  MetricRegistry registry;
  registry.gauge("tenon_lag", "Lag.", {{"group", "a"}}).set(1);
  MetricSamples first;
  first.add({"tenon_lag", "Lag.", MetricType::kGauge}, {{"group", "b"}}, 2);
  MetricSamples second;
  second.add({"tenon_lag", "Lag.", MetricType::kGauge}, {{"group", "c"}}, 0.5);
  first.append(std::move(second));
  EXPECT_EQ(registry.expose(std::move(first)),
            "# HELP tenon_lag Lag.\n"
            "# TYPE tenon_lag gauge\n"
            "tenon_lag{group=\"a\"} 1\n"
            "tenon_lag{group=\"b\"} 2\n"
            "tenon_lag{group=\"c\"} 0.5\n");
}

TEST(MetricRegistry, writes_values_that_are_not_numbers_as_prometheus_does) {
  MetricSamples samples;
  const MetricSamples::Family family{"tenon_odd", "Odd.", MetricType::kGauge};
  samples.add(family, {{"v", "nan"}}, std::numeric_limits<double>::quiet_NaN());
  samples.add(family, {{"v", "up"}}, std::numeric_limits<double>::infinity());
  samples.add(family, {{"v", "down"}}, -std::numeric_limits<double>::infinity());
  const std::string text = MetricRegistry().expose(std::move(samples));
  EXPECT_TRUE(has_line(text, "tenon_odd{v=\"nan\"} NaN"));
  EXPECT_TRUE(has_line(text, "tenon_odd{v=\"up\"} +Inf"));
  EXPECT_TRUE(has_line(text, "tenon_odd{v=\"down\"} -Inf"));
}

}  // namespace
}  // namespace tenon
