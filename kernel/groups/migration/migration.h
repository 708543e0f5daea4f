// SPDX-License-Identifier: Apache-2.0
//
// A group that changes the protocol while it has members (KIP-848, online migration): from classic
// to consumer when the first member of the consumer protocol comes, back to classic when the last
// one goes. Generation and epoch go on counting; what members have, they keep.
//
// Pure functions; any thread.
#pragma once

#include <string>

#include "groups/consumer/heartbeat.h"
#include "groups/table/group.h"
#include "metadata/image.h"
#include "wire/records/group_records.h"

namespace tenon::groups {

// The records by which a classic group with members becomes a consumer group, in which all of them
// still speak the classic protocol. GROUP_ID_NOT_FOUND, as Kafka has it, if it cannot be: it is no
// group of consumers, somebody's words cannot be read, or its leader gave a partition to two (which
// a consumer group never does, see consumer_group.h).
Decision<Records> upgrade_records(const Group& group, const metadata::Image& image);

// What the group is as a classic one, in that generation. All its members speak the classic
// protocol, and there is a protocol that all of them support.
wire::GroupMetadataValue classic_value(const ConsumerGroup& group, int32_t generation,
                                       int64_t now_ms, const metadata::Image& image);
// The records by which it becomes that.
Records downgrade_records(const std::string& group_id, const ConsumerGroup& group,
                          const wire::GroupMetadataValue& value);

}  // namespace tenon::groups
