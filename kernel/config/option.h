// SPDX-License-Identifier: Apache-2.0
//
// What an option takes, and the check of a written value against it. Settings, topic defaults and
// the options of plugins all go through convert(), so units, bounds and messages are the same
// everywhere.
//
// Thread-safe: pure functions.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "config/toml/document.h"

namespace tenon::config {

enum class OptionType {
  kBool,
  kInt,
  kFloat,
  kString,
  kEnum,      // one of the choices
  kDuration,  // milliseconds; "500ms", "7d", or a number
  kBytes,     // "64KiB", "1GiB", or a number
  kPath,
  kList,      // of strings; when there are choices, of these
  kEndpoint,  // "host:port", or empty
  kThreads,   // "auto" (0) or a number
};

// What values are allowed.
struct OptionShape {
  OptionType type = OptionType::kString;
  int64_t min = 0;  // of numbers; both 0 = unbounded
  int64_t max = 0;
  std::vector<std::string_view> choices{};
  // What "unlimited" stands for; 0 = it is not accepted. Durations and sizes only.
  int64_t unlimited = 0;
};

struct Endpoint {
  std::string host{};
  uint16_t port = 0;

  bool empty() const { return host.empty(); }
  std::string text() const;  // "host:port", an IPv6 address in brackets
  bool operator==(const Endpoint&) const = default;
};

// A checked value; which member counts is the type's affair.
struct OptionValue {
  int64_t i64 = 0;     // bool as 0 or 1; enum: the index of the choice
  double f64 = 0;      // kFloat
  std::string text{};  // kString, kEnum, kPath
  std::vector<std::string> list{};
  Endpoint endpoint{};
};

// The value, or the words that follow the option's name in a message: "must be an integer".
std::expected<OptionValue, std::string> convert(const Value& value, const OptionShape& shape);

// The value as a user would write it, the inverse of convert().
std::string format_option(const OptionValue& value, const OptionShape& shape);

// "host:port", "[::1]:9092". The words of the failure follow the option's name.
std::expected<Endpoint, std::string> parse_endpoint(std::string_view text);

}  // namespace tenon::config
