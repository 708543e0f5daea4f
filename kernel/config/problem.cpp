// SPDX-License-Identifier: Apache-2.0
#include "config/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>

namespace tenon::config {

std::string Position::text() const {
  return line == 0 ? file : fmt::format("{}:{}:{}", file, line, column);
}

std::string Problem::message() const {
  const std::string at = Position{file, line, column}.text();
  return at.empty() ? text : fmt::format("{}: {}", at, text);
}

void sort_problems(std::vector<Problem>& problems) {
  const auto order = [](const Problem& p) {
    return std::tuple(p.line == 0, std::string_view(p.file), p.line, p.column,
                      std::string_view(p.text));
  };
  std::ranges::sort(problems,
                    [&](const Problem& a, const Problem& b) { return order(a) < order(b); });
}

}  // namespace tenon::config
