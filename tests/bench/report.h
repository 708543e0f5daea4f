// SPDX-License-Identifier: Apache-2.0
//
// Figures of one case over several rounds, and the table that they end in. Absolute figures of a
// virtual machine wander by a third; the ratio of two runs next to each other does not, so medians
// of ratios are what counts.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace tenon::bench {

inline double quantile(std::vector<double> values, double q) {
  std::ranges::sort(values);
  const auto at = static_cast<size_t>(q * static_cast<double>(values.size() - 1) + 0.5);
  return values.empty() ? 0 : values[at];
}
inline double median(std::vector<double> values) {
  return quantile(std::move(values), 0.5);
}

struct Row {
  std::string name = {};
  std::string unit = {};
  std::vector<double> ours = {};
  std::vector<double> ideal = {};
  std::vector<double> ratios = {};  // of each round
  std::string target = {};          // for the ratio
  std::vector<double> cpu = {};     // broker CPU seconds per GB; empty where it means nothing
  std::vector<double> cpu_ideal = {};
  double rss_mb = 0;
};

void print_table(const std::vector<Row>& rows);

}  // namespace tenon::bench
