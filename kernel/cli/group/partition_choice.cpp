// SPDX-License-Identifier: Apache-2.0

#include "cli/group/partition_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>

namespace tenon::cli {
namespace {

template <class T>
std::optional<T> number_in(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::unexpected<Failure> no_choice(const std::string& text) {
  return failed(kUsage,
                fmt::format("--topic: \"{}\" is no TOPIC or TOPIC:PARTITION,PARTITION", text));
}

std::unexpected<Failure> no_time(const std::string& text) {
  return failed(kUsage, fmt::format("--to-time: \"{}\" is no time; write 2026-11-25T08:00:00Z (UTC "
                                    "without a zone), now, milliseconds since 1970, or -1h for an "
                                    "hour ago (s, m = minutes, h, d, w = weeks)",
                                    text));
}

// "-1h": how long ago.
std::optional<int64_t> ago_ms(std::string_view text) {
  static const std::map<char, int64_t> kUnits = {
      {'s', 1'000}, {'m', 60'000}, {'h', 3'600'000}, {'d', 86'400'000}, {'w', 604'800'000}};
  if (text.size() < 3 || text.front() != '-') return std::nullopt;
  const auto unit = kUnits.find(text.back());
  const auto count = number_in<uint32_t>(text.substr(1, text.size() - 2));
  if (unit == kUnits.end() || !count) return std::nullopt;
  return unit->second * *count;
}

// Two digits, or what stands for them.
struct Reader {
  std::string_view rest;
  bool good = true;

  int digits(size_t n) {
    const auto found = rest.size() < n ? std::nullopt : number_in<uint32_t>(rest.substr(0, n));
    good = good && found.has_value();
    if (!good) return 0;
    rest.remove_prefix(n);
    return static_cast<int>(*found);
  }
  int digits_below(int end) {
    const int found = digits(2);
    good = good && found < end;
    return found;
  }
  bool take(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  void need(char c) { good = take(c) && good; }
};

// "+01:00": what is to be taken off for UTC; nothing and "Z" = nothing.
std::chrono::milliseconds zone(Reader& in) {
  using namespace std::chrono;
  if (in.rest.empty() || in.take('Z')) return milliseconds(0);
  const bool east = in.take('+');
  if (!east) in.need('-');
  milliseconds offset = hours(in.digits_below(24));
  in.need(':');
  offset += minutes(in.digits_below(60));
  return east ? offset : -offset;
}

std::chrono::milliseconds time_of_day(Reader& in) {
  using namespace std::chrono;
  milliseconds at = hours(in.digits_below(24));
  in.need(':');
  at += minutes(in.digits_below(60));
  if (in.take(':')) at += seconds(in.digits_below(61));  // RFC 3339 has leap seconds
  if (!in.take('.')) return at;
  for (int unit = 100; !in.rest.empty() && in.rest.front() >= '0' && in.rest.front() <= '9';
       unit /= 10) {
    at += milliseconds(unit * in.digits(1));
  }
  return at;
}

// RFC 3339, whose date may stand alone, and whose zone may be missing.
std::optional<int64_t> rfc3339_ms(std::string_view text) {
  using namespace std::chrono;
  Reader in{text};
  const int y = in.digits(4);
  in.need('-');
  const int m = in.digits(2);
  in.need('-');
  const int d = in.digits(2);
  const year_month_day date{year(y), month(static_cast<unsigned>(m)),
                            day(static_cast<unsigned>(d))};
  if (!in.good || !date.ok()) return std::nullopt;
  milliseconds at = sys_days(date).time_since_epoch();
  if (in.rest.empty()) return at.count();
  if (!in.take('T') && !in.take(' ')) return std::nullopt;
  at += time_of_day(in);
  at -= zone(in);
  return in.good && in.rest.empty() ? std::optional(at.count()) : std::nullopt;
}

}  // namespace

Outcome<PartitionChoice> parse_choice(const std::string& text) {
  PartitionChoice choice;
  const size_t colon = text.find(':');
  choice.topic = text.substr(0, colon);
  if (choice.topic.empty()) return no_choice(text);
  if (colon == std::string::npos) return choice;
  std::string_view rest = std::string_view(text).substr(colon + 1);
  while (true) {
    const size_t comma = rest.find(',');
    const auto partition = number_in<int32_t>(rest.substr(0, comma));
    if (!partition || *partition < 0) return no_choice(text);
    choice.partitions.insert(*partition);
    if (comma == std::string_view::npos) return choice;
    rest.remove_prefix(comma + 1);
  }
}

bool is_chosen(const std::vector<PartitionChoice>& choices, const TopicPartition& one) {
  return choices.empty() || std::ranges::any_of(choices, [&one](const PartitionChoice& choice) {
           return choice.includes(one);
         });
}

Outcome<int64_t> parse_time(const std::string& text, int64_t now_ms) {
  // Negative times have meanings of their own on the wire: -1 is the end, -2 the start.
  const auto since_1970 = [](int64_t ms) { return std::max<int64_t>(ms, 0); };
  if (text == "now") return now_ms;
  if (const auto ago = ago_ms(text)) return since_1970(now_ms - *ago);
  if (const auto number = number_in<int64_t>(text); number && *number >= 0) return *number;
  if (const auto time = rfc3339_ms(text)) return since_1970(*time);
  return no_time(text);
}

}  // namespace tenon::cli
