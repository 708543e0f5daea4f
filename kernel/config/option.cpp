// SPDX-License-Identifier: Apache-2.0
#include "config/option.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "config/text/suggest.h"
#include "config/text/units.h"

namespace tenon::config {

namespace {

using Converted = std::expected<OptionValue, std::string>;
constexpr std::string_view kUnlimitedWord = "unlimited";

bool is_text(const Value& value) {
  return value.kind == ValueKind::kText || value.kind == ValueKind::kString;
}

std::string format_number(int64_t number, const OptionShape& shape) {
  if (shape.unlimited != 0 && number == shape.unlimited) return std::string(kUnlimitedWord);
  if (shape.type == OptionType::kDuration) return format_duration_ms(number);
  if (shape.type == OptionType::kBytes) return format_size_bytes(number);
  return std::to_string(number);
}

std::string_view wanted(OptionType type) {
  switch (type) {
    case OptionType::kBool:
      return "must be true or false";
    case OptionType::kInt:
      return "must be an integer";
    case OptionType::kFloat:
      return "must be a number";
    case OptionType::kString:
      return "must be a string";
    case OptionType::kEnum:
      return "must be a string";
    case OptionType::kDuration:
      return "must be a duration like \"500ms\" or \"7d\"";
    case OptionType::kBytes:
      return "must be a size like \"64KiB\" or \"1GiB\"";
    case OptionType::kPath:
      return "must be a path";
    case OptionType::kList:
      return "must be a list of strings like [\"a\", \"b\"]";
    case OptionType::kEndpoint:
      return "must be \"host:port\"";
    case OptionType::kThreads:
      return "must be \"auto\" or a number of threads";
  }
  return "";
}

std::unexpected<std::string> mismatch(const OptionShape& shape) {
  return std::unexpected(std::string(wanted(shape.type)));
}

Converted check_bounds(int64_t number, const OptionShape& shape) {
  const bool unbounded = shape.min == 0 && shape.max == 0;
  const bool unlimited = shape.unlimited != 0 && number == shape.unlimited;
  if (unbounded || unlimited || (number >= shape.min && number <= shape.max))
    return OptionValue{.i64 = number};
  const std::string given = format_number(number, shape);
  if (shape.max == std::numeric_limits<int64_t>::max())
    return std::unexpected(fmt::format("= {} is below {}", given, format_number(shape.min, shape)));
  return std::unexpected(fmt::format("= {} is outside {}..{}", given,
                                     format_number(shape.min, shape),
                                     format_number(shape.max, shape)));
}

Converted convert_number(const Value& value, const OptionShape& shape) {
  if (value.kind == ValueKind::kInt) return check_bounds(value.integer, shape);
  if (!is_text(value)) return mismatch(shape);
  if (shape.unlimited != 0 && value.text == kUnlimitedWord)
    return OptionValue{.i64 = shape.unlimited};
  std::optional<int64_t> number;
  if (shape.type == OptionType::kDuration) {
    number = parse_duration_ms(value.text);
  } else if (shape.type == OptionType::kBytes) {
    number = parse_size_bytes(value.text);
  } else if (value.kind == ValueKind::kText) {
    number = parse_integer(value.text);
  }
  if (!number) return mismatch(shape);
  return check_bounds(*number, shape);
}

Converted convert_bool(const Value& value, const OptionShape& shape) {
  if (value.kind == ValueKind::kBool) return OptionValue{.i64 = value.boolean ? 1 : 0};
  const bool is_true = value.text == "true";
  if (value.kind != ValueKind::kText || (!is_true && value.text != "false")) return mismatch(shape);
  return OptionValue{.i64 = is_true ? 1 : 0};
}

Converted convert_float(const Value& value, const OptionShape& shape) {
  std::optional<double> number;
  if (value.kind == ValueKind::kFloat) number = value.number;
  if (value.kind == ValueKind::kInt) number = static_cast<double>(value.integer);
  if (value.kind == ValueKind::kText) number = parse_number(value.text);
  if (!number) return mismatch(shape);
  const bool unbounded = shape.min == 0 && shape.max == 0;
  const bool inside =
      *number >= static_cast<double>(shape.min) && *number <= static_cast<double>(shape.max);
  if (!unbounded && !inside)
    return std::unexpected(fmt::format("= {} is outside {}..{}", *number, shape.min, shape.max));
  return OptionValue{.f64 = *number};
}

Converted convert_choice(const std::string& text, const OptionShape& shape) {
  const auto it = std::ranges::find(shape.choices, text);
  if (it != shape.choices.end())
    return OptionValue{.i64 = it - shape.choices.begin(), .text = text};
  return std::unexpected(fmt::format("must be one of {}, not \"{}\"{}",
                                     fmt::join(shape.choices, ", "), text,
                                     did_you_mean(text, shape.choices)));
}

std::string trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return std::string(text);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    items.push_back(trimmed(text.substr(0, comma)));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

Converted convert_list(const Value& value, const OptionShape& shape) {
  OptionValue converted;
  if (value.kind == ValueKind::kText) {
    converted.list = split_list(value.text);
  } else if (value.kind == ValueKind::kArray) {
    for (const Value& item : value.items) {
      if (item.kind != ValueKind::kString) return mismatch(shape);
      converted.list.push_back(item.text);
    }
  } else {
    return mismatch(shape);
  }
  for (const std::string& item : converted.list) {
    if (item.empty()) return std::unexpected("must not hold an empty string");
    if (shape.choices.empty()) continue;
    if (auto choice = convert_choice(item, shape); !choice)
      return std::unexpected(std::move(choice.error()));
  }
  return converted;
}

Converted convert_endpoint(const Value& value, const OptionShape& shape) {
  if (!is_text(value)) return mismatch(shape);
  if (value.text.empty()) return OptionValue{};
  auto endpoint = parse_endpoint(value.text);
  if (!endpoint) return std::unexpected(std::move(endpoint.error()));
  return OptionValue{.endpoint = *std::move(endpoint)};
}

Converted convert_threads(const Value& value, const OptionShape& shape) {
  if (is_text(value) && value.text == "auto") return OptionValue{.i64 = 0};
  return convert_number(value, shape);
}

}  // namespace

std::string Endpoint::text() const {
  if (empty()) return "";
  const bool bracketed = host.find(':') != std::string::npos;
  return bracketed ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::expected<Endpoint, std::string> parse_endpoint(std::string_view text) {
  const std::string refusal =
      fmt::format("must be \"host:port\", as in \"127.0.0.1:9092\", not \"{}\"", text);
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::unexpected(refusal);
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::unexpected(
        refusal);  // an IPv6 address without brackets: where does the port begin?
  }
  const auto port = parse_integer(text.substr(colon + 1));
  const bool blank = host.find_first_of(" \t/") != std::string_view::npos;
  if (host.empty() || blank || !port || *port < 0 || *port > 65535) return std::unexpected(refusal);
  return Endpoint{.host = std::string(host), .port = static_cast<uint16_t>(*port)};
}

std::expected<OptionValue, std::string> convert(const Value& value, const OptionShape& shape) {
  switch (shape.type) {
    case OptionType::kBool:
      return convert_bool(value, shape);
    case OptionType::kInt:
    case OptionType::kDuration:
    case OptionType::kBytes:
      return convert_number(value, shape);
    case OptionType::kThreads:
      return convert_threads(value, shape);
    case OptionType::kFloat:
      return convert_float(value, shape);
    case OptionType::kString:
    case OptionType::kPath:
      if (!is_text(value)) return mismatch(shape);
      return OptionValue{.text = value.text};
    case OptionType::kEnum:
      if (!is_text(value)) return mismatch(shape);
      return convert_choice(value.text, shape);
    case OptionType::kList:
      return convert_list(value, shape);
    case OptionType::kEndpoint:
      return convert_endpoint(value, shape);
  }
  return mismatch(shape);
}

std::string format_option(const OptionValue& value, const OptionShape& shape) {
  switch (shape.type) {
    case OptionType::kBool:
      return value.i64 != 0 ? "true" : "false";
    case OptionType::kInt:
    case OptionType::kDuration:
    case OptionType::kBytes:
      return format_number(value.i64, shape);
    case OptionType::kThreads:
      return value.i64 == 0 ? "auto" : std::to_string(value.i64);
    case OptionType::kFloat:
      return fmt::format("{}", value.f64);
    case OptionType::kString:
    case OptionType::kPath:
    case OptionType::kEnum:
      return value.text;
    case OptionType::kList:
      return fmt::format("{}", fmt::join(value.list, ","));
    case OptionType::kEndpoint:
      return value.endpoint.text();
  }
  return "";
}

}  // namespace tenon::config
