// SPDX-License-Identifier: Apache-2.0

#include "log/retention.h"

#include <utility>

namespace tenon::log {
namespace {

bool too_old(const tn_segment& segment, const config::TopicConfig& config, int64_t now_ms) {
  return config.retention_ms >= 0 && segment.max_timestamp_ms >= 0 &&
         now_ms - segment.max_timestamp_ms > config.retention_ms;
}

}  // namespace

Offset retention_point(std::span<const tn_segment> segments, const config::TopicConfig& config,
                       const RetentionBounds& bounds) {
  if (segments.empty()) return bounds.log_start;
  int64_t bytes = 0;
  for (const tn_segment& segment : segments) bytes += segment.bytes;

  Offset point{segments.front().base_offset};
  for (const tn_segment& segment : segments) {
    const Offset end{segment.end_offset};
    const bool empty = segment.end_offset == segment.base_offset;
    if (empty || end > bounds.high_watermark) break;
    const bool too_many =
        config.retention_bytes >= 0 && bytes - segment.bytes >= config.retention_bytes;
    const bool by_policy =
        config.cleanup_policy.remove && (too_many || too_old(segment, config, bounds.now_ms));
    if (end > bounds.log_start && !by_policy) break;
    bytes -= segment.bytes;
    point = end;
  }
  return point;
}

void UntimedSegments::stamp(std::span<tn_segment> segments, int64_t now_ms) {
  std::map<int64_t, Seen> still;
  for (tn_segment& segment : segments) {
    if (segment.max_timestamp_ms >= 0 || segment.end_offset == segment.base_offset) continue;
    const auto before = seen_.find(segment.base_offset);
    const bool known = before != seen_.end() && before->second.end_offset == segment.end_offset;
    segment.max_timestamp_ms = known ? before->second.at_ms : now_ms;
    still[segment.base_offset] = {segment.end_offset, segment.max_timestamp_ms};
  }
  seen_ = std::move(still);
}

}  // namespace tenon::log
