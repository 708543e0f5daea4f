// SPDX-License-Identifier: Apache-2.0
//
// The settings of consumer groups; defaults are Kafka's. config/ fills it from the TOML's [groups].
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "config/groups/group_config.h"

namespace tenon::groups {

struct GroupConfig {
  // group.min.session.timeout.ms, group.max.session.timeout.ms
  int32_t min_session_timeout_ms = 6'000;
  int32_t max_session_timeout_ms = 1'800'000;
  // group.initial.rebalance.delay.ms: how long an empty group waits for more members.
  int32_t initial_rebalance_delay_ms = 3'000;
  // group.max.size
  int32_t max_size = std::numeric_limits<int32_t>::max();
  // How long the first JoinGroup of a member may be parked before the member is given up.
  int32_t new_member_join_timeout_ms = 300'000;
  // How long an id that MEMBER_ID_REQUIRED gave out waits for its member, if the session timeout
  // is not shorter; and the memory that such ids may take, with the groups that they bring into
  // being. Not Kafka's: there they wait for the session timeout, and nothing counts them.
  int32_t pending_member_timeout_ms = 60'000;
  size_t pending_member_bytes_max = 4 << 20;
  // offsets.retention.minutes, in ms; offsets.retention.check.interval.ms
  int64_t offsets_retention_ms = 7LL * 24 * 3600 * 1000;
  int64_t offsets_retention_check_interval_ms = 600'000;
  // offsets.commit.timeout.ms: after it a commit is answered COORDINATOR_NOT_AVAILABLE, though it
  // may still come into the log.
  int32_t offsets_commit_timeout_ms = 5'000;
  // offset.metadata.max.bytes: of the text that a client keeps with an offset.
  int32_t offset_metadata_max_bytes = 4'096;
  // How long an assignor may take; who waits for it is answered then. Not Kafka's.
  int32_t assignor_timeout_ms = 5'000;
  // group.consumer.*: of the consumer protocol. Its assignors are loaded, each of them.
  config::ConsumerGroupSettings consumer{};
};

}  // namespace tenon::groups
