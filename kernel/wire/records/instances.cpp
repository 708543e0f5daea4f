// SPDX-License-Identifier: Apache-2.0
//
// The code of this folder's messages is generated here, once (codec.h).

#include "wire/instantiate.h"
#include "wire/records/consumer_protocol.h"
#include "wire/records/group_records.h"
#include "wire/records/metadata_records.h"

namespace tenon::wire {

TENON_WIRE_VERSIONED(ConsumerProtocolSubscription);
TENON_WIRE_VERSIONED(ConsumerProtocolAssignment);
TENON_WIRE_VERSIONED(GroupMetadataKey);
TENON_WIRE_VERSIONED(GroupMetadataValue);
TENON_WIRE_VERSIONED(OffsetCommitKey);
TENON_WIRE_VERSIONED(OffsetCommitValue);
TENON_WIRE_VERSIONED(RegisterBrokerRecord);
TENON_WIRE_VERSIONED(TopicRecord);
TENON_WIRE_VERSIONED(PartitionRecord);
TENON_WIRE_VERSIONED(ConfigRecord);
TENON_WIRE_VERSIONED(RemoveTopicRecord);
TENON_WIRE_VERSIONED(ProducerIdsRecord);

}  // namespace tenon::wire
