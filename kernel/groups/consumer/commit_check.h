// SPDX-License-Identifier: Apache-2.0
//
// Who may commit and fetch offsets in the name of a consumer group (KIP-848). Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "groups/consumer/consumer_group.h"
#include "wire/api.h"

namespace tenon::groups {

// kNone, or UNKNOWN_MEMBER_ID, STALE_MEMBER_EPOCH, ILLEGAL_GENERATION (of a member that speaks the
// classic protocol), UNSUPPORTED_VERSION (of OffsetCommit, which knows no member epochs before
// version 9). `epoch` is negative for tools and for consumers that assign themselves: they may
// commit while nobody is there.
wire::ErrorCode check_commit(const ConsumerGroup& group, std::string_view member_id, int32_t epoch,
                             int16_t version);

// The same for OffsetFetch, where nobody need say who they are.
wire::ErrorCode check_fetch(const ConsumerGroup& group, const std::optional<std::string>& member_id,
                            int32_t epoch);

}  // namespace tenon::groups
