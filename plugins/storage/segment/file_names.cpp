// SPDX-License-Identifier: Apache-2.0

#include "file_names.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace tenon::segment {

namespace {

constexpr size_t kDigits = 20;

}  // namespace

std::string segment_file_name(int64_t base_offset, std::string_view suffix) {
  const std::string digits = std::to_string(base_offset);
  std::string name(kDigits - std::min(kDigits, digits.size()), '0');
  name += digits;
  name += suffix;
  return name;
}

std::optional<int64_t> parse_segment_file_name(std::string_view name, std::string_view suffix) {
  if (name.size() != kDigits + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
  int64_t base_offset = 0;
  const char* const end = name.data() + kDigits;
  const auto [stop, error] = std::from_chars(name.data(), end, base_offset);
  if (error != std::errc() || stop != end || base_offset < 0) return std::nullopt;
  return base_offset;
}

bool is_blob_name(std::string_view name) {
  const auto allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
  };
  if (name.empty() || name.size() > 128 || name.front() == '.') return false;
  if (!std::all_of(name.begin(), name.end(), allowed)) return false;
  if (name == kCleanShutdownName || name == kRecoveryPointName) return false;
  for (std::string_view suffix : {kLogSuffix, kIndexSuffix, kTimeIndexSuffix, kTempSuffix,
                                  kDeletedSuffix, kQuarantinedSuffix})
    if (name.ends_with(suffix)) return false;
  return true;
}

}  // namespace tenon::segment
