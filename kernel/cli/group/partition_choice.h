// SPDX-License-Identifier: Apache-2.0
//
// Which partitions of a group a verb is about, in the words of kafka-consumer-groups:
//
//   choice := topic [ ":" partition { "," partition } ]
//
// and where `tenon group seek` goes. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/client/groups.h"

namespace tenon::cli {

// Names of topics, with the partitions that are meant; none = all of them.
struct PartitionChoice {
  std::string topic;
  std::set<int32_t> partitions;

  bool includes(const TopicPartition& one) const {
    return one.first == topic && (partitions.empty() || partitions.contains(one.second));
  }
};

// kUsage with what may be written.
Outcome<PartitionChoice> parse_choice(const std::string& text);
// Without choices, everything is meant.
bool is_chosen(const std::vector<PartitionChoice>& choices, const TopicPartition& one);

// A point in time in ms since 1970: RFC 3339 ("2026-11-25T08:00:00Z", "2026-11-25T08:00:00+01:00",
// "2026-11-25"; UTC without a zone), "now", milliseconds since 1970, or so long ago ("-90s", "-5m",
// "-1h", "-2d", "-3w"). What is before 1970 counts as 0. kUsage with what may be written.
Outcome<int64_t> parse_time(const std::string& text, int64_t now_ms);

}  // namespace tenon::cli
