// SPDX-License-Identifier: Apache-2.0
//
// Which segments are to go, by Kafka's rules. A pure function; the log does the rest.
#pragma once

#include <cstdint>
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
// ms; -1 = unlimited. A segment without timestamps never is too old.
Offset retention_point(std::span<const tn_segment> segments, const config::TopicConfig& config,
                       const RetentionBounds& bounds);

}  // namespace tenon::log
