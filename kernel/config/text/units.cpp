// SPDX-License-Identifier: Apache-2.0
#include "config/text/units.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <span>

namespace tenon::config {

namespace {

struct Unit {
  std::string_view name;
  int64_t factor;
};

// Largest first, so that formatting takes the largest that divides.
constexpr Unit kDurations[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr Unit kSizes[] = {{"TiB", 1LL << 40},
                           {"GiB", 1LL << 30},
                           {"MiB", 1LL << 20},
                           {"KiB", 1LL << 10},
                           {"TB", 1'000'000'000'000},
                           {"GB", 1'000'000'000},
                           {"MB", 1'000'000},
                           {"KB", 1'000},
                           {"B", 1}};

std::optional<int64_t> parse_with_units(std::string_view text, std::span<const Unit> units) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  std::string_view name(end, static_cast<size_t>(text.data() + text.size() - end));
  while (name.starts_with(' ')) name.remove_prefix(1);
  if (name.empty() && *(text.end() - 1) == ' ') return std::nullopt;
  if (name.empty()) return number;
  for (const Unit& unit : units) {
    if (name != unit.name) continue;
    int64_t product = 0;
    if (__builtin_mul_overflow(number, unit.factor, &product)) return std::nullopt;
    return product;
  }
  return std::nullopt;
}

std::string format_with_units(int64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.factor == 0)
      return fmt::format("{}{}", value / unit.factor, unit.name);
  }
  return fmt::format("0{}", units.back().name);
}

}  // namespace

std::optional<int64_t> parse_integer(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<int64_t> parse_duration_ms(std::string_view text) {
  return parse_with_units(text, kDurations);
}

std::optional<int64_t> parse_size_bytes(std::string_view text) {
  return parse_with_units(text, kSizes);
}

std::string format_duration_ms(int64_t ms) {
  return format_with_units(ms, kDurations);
}

std::string format_size_bytes(int64_t bytes) {
  return format_with_units(bytes, kSizes);
}

}  // namespace tenon::config
