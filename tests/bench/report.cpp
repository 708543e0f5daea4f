// SPDX-License-Identifier: Apache-2.0

#include "report.h"

#include <fmt/format.h>

namespace tenon::bench {

void print_table(const std::vector<Row>& rows) {
  fmt::print("{:<46} {:>6} {:>9} {:>9} {:>7} {:>12} {:>8} {:>9} {:>9} {:>7}\n", "case", "unit",
             "ours", "ideal", "ratio", "of rounds", "target", "CPU s/GB", "ideal", "RSS MB");
  const auto figure = [](const std::vector<double>& values, int digits) {
    return values.empty() ? std::string("-") : fmt::format("{:.{}f}", median(values), digits);
  };
  for (const Row& row : rows) {
    const int digits = median(row.ours) < 100 ? 2 : 0;
    fmt::print("{:<46} {:>6} {:>9} {:>9} {:>7} {:>12} {:>8} {:>9} {:>9} {:>7.1f}\n", row.name,
               row.unit, figure(row.ours, digits), figure(row.ideal, digits), figure(row.ratios, 2),
               fmt::format("{:.2f}-{:.2f}", quantile(row.ratios, 0), quantile(row.ratios, 1)),
               row.target, figure(row.cpu, 2), figure(row.cpu_ideal, 2), row.rss_mb);
  }
}

}  // namespace tenon::bench
