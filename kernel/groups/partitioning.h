// SPDX-License-Identifier: Apache-2.0
//
// Which partition of __consumer_offsets keeps a group, hence which broker coordinates it. Every
// Kafka client and broker relies on the same answer.
#pragma once

#include <cstdint>
#include <string_view>

namespace tenon::groups {

inline constexpr std::string_view kOffsetsTopic = "__consumer_offsets";

// java.lang.String.hashCode of the text, over its UTF-16 code units. `text` is UTF-8; a byte that
// is not counts as U+FFFD, as Java decodes it.
int32_t java_hash_code(std::string_view text);

// In [0, partitions): (hash with the sign bit cleared) % partitions. `partitions` > 0.
int32_t partition_for(std::string_view group_id, int32_t partitions);

}  // namespace tenon::groups
