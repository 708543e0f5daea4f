// SPDX-License-Identifier: Apache-2.0
//
// One row of the table of settings, as it is written down. Used inside config/ only.
#pragma once

#include <span>
#include <string_view>

#include "config/settings.h"

namespace tenon::config {

inline constexpr int64_t kMinute = 60'000;
inline constexpr int64_t kDay = 24 * 60 * kMinute;
inline constexpr int64_t kKiB = 1 << 10;

struct Row {
  std::string_view key;
  OptionType type;
  std::string_view default_text;
  std::string_view kafka_name{};
  std::string_view about;
  void (*set)(Settings&, const OptionValue&);
  int64_t min = 0;
  int64_t max = 0;
  int64_t unlimited = 0;
  std::span<const std::string_view> choices{};
};

// [groups] and [groups.consumer], in the order in which they are documented.
std::span<const Row> group_rows();

}  // namespace tenon::config
