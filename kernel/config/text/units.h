// SPDX-License-Identifier: Apache-2.0
//
// Durations and sizes as people write them.
//
//   duration := number [ "ms" | "s" | "m" | "h" | "d" ]     a bare number is milliseconds
//   size     := number [ "B" | "KiB" | "MiB" | "GiB" | "TiB" | "KB" | "MB" | "GB" | "TB" ]
//
// KiB is 1024 bytes, KB 1000. The number is whole and may be negative (Kafka's -1 for "none"); a
// blank may stand before the unit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::config {

// A whole number in decimal, all of `text`; nothing for anything else, or beyond 64 bits.
std::optional<int64_t> parse_integer(std::string_view text);
// A decimal fraction, all of `text`; finite.
std::optional<double> parse_number(std::string_view text);
std::optional<int64_t> parse_duration_ms(std::string_view text);
std::optional<int64_t> parse_size_bytes(std::string_view text);

// The largest unit that divides the value: 604800000 -> "7d", 1536 -> "1536B" (not "1.5KiB").
std::string format_duration_ms(int64_t ms);
std::string format_size_bytes(int64_t bytes);

}  // namespace tenon::config
