// SPDX-License-Identifier: Apache-2.0
//
// Which segments are to go, by Kafka's rules. The log does the rest. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <span>

#include "base/ids.h"
#include "config/topic_config.h"
#include "tenon/storage.h"

namespace tenon::log {

struct RetentionBounds {
  int64_t now_ms = 0;
  Offset high_watermark{};  // nothing that reaches beyond it goes
  Offset log_start{};       // segments that end at or before it go, whatever the policy
};

// The offset before which whole segments go: the end of the last one that does, or the base offset
// of the first. `segments` are oldest first. A segment goes when its newest record is older than
// retention.ms, or when the log is at least retention.bytes without it; only with cleanup.policy
// "delete". The active segment goes like any other if it holds records. Sizes in bytes, times in
// ms; -1 = unlimited. A segment without timestamps never is too old: see UntimedSegments.
Offset retention_point(std::span<const tn_segment> segments, const config::TopicConfig& config,
                       const RetentionBounds& bounds);

// Times for segments whose records have none. Kafka takes the modification time of the file, which
// a storage does not tell: here it is when the segment was first seen to end where it ends. That is
// never before the last append, and at most one retention check after it; a restart begins anew.
class UntimedSegments {
 public:
  // Gives every segment that holds records, but no timestamp, its time. `segments` are all there
  // are; what is no longer among them is forgotten.
  void stamp(std::span<tn_segment> segments, int64_t now_ms);

 private:
  struct Seen {
    int64_t end_offset;
    int64_t at_ms;
  };
  std::map<int64_t, Seen> seen_;  // by base offset
};

}  // namespace tenon::log
