// SPDX-License-Identifier: Apache-2.0
//
// The code of this folder's messages is generated here, once (codec.h).

#include "wire/instantiate.h"
#include "wire/records/consumer_group_records.h"
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
TENON_WIRE_VERSIONED(ConsumerGroupMetadataKey);
TENON_WIRE_VERSIONED(ConsumerGroupMetadataValue);
TENON_WIRE_VERSIONED(ConsumerGroupPartitionMetadataKey);
TENON_WIRE_VERSIONED(ConsumerGroupPartitionMetadataValue);
TENON_WIRE_VERSIONED(ConsumerGroupMemberMetadataKey);
TENON_WIRE_VERSIONED(ConsumerGroupMemberMetadataValue);
TENON_WIRE_VERSIONED(ConsumerGroupTargetAssignmentMetadataKey);
TENON_WIRE_VERSIONED(ConsumerGroupTargetAssignmentMetadataValue);
TENON_WIRE_VERSIONED(ConsumerGroupTargetAssignmentMemberKey);
TENON_WIRE_VERSIONED(ConsumerGroupTargetAssignmentMemberValue);
TENON_WIRE_VERSIONED(ConsumerGroupCurrentMemberAssignmentKey);
TENON_WIRE_VERSIONED(ConsumerGroupCurrentMemberAssignmentValue);
TENON_WIRE_VERSIONED(ConsumerGroupRegularExpressionKey);
TENON_WIRE_VERSIONED(ConsumerGroupRegularExpressionValue);
TENON_WIRE_VERSIONED(RegisterBrokerRecord);
TENON_WIRE_VERSIONED(TopicRecord);
TENON_WIRE_VERSIONED(PartitionRecord);
TENON_WIRE_VERSIONED(ConfigRecord);
TENON_WIRE_VERSIONED(RemoveTopicRecord);
TENON_WIRE_VERSIONED(ProducerIdsRecord);

}  // namespace tenon::wire
