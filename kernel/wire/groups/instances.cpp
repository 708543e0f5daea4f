// SPDX-License-Identifier: Apache-2.0
//
// The code of this folder's messages is generated here, once (codec.h).

#include "wire/groups/consumer_group_describe.h"
#include "wire/groups/consumer_group_heartbeat.h"
#include "wire/groups/delete_groups.h"
#include "wire/groups/describe_groups.h"
#include "wire/groups/find_coordinator.h"
#include "wire/groups/heartbeat.h"
#include "wire/groups/join_group.h"
#include "wire/groups/leave_group.h"
#include "wire/groups/list_groups.h"
#include "wire/groups/offset_commit.h"
#include "wire/groups/offset_delete.h"
#include "wire/groups/offset_fetch.h"
#include "wire/groups/sync_group.h"
#include "wire/instantiate.h"

namespace tenon::wire {

TENON_WIRE_API(FindCoordinator);
TENON_WIRE_API(JoinGroup);
TENON_WIRE_API(SyncGroup);
TENON_WIRE_API(Heartbeat);
TENON_WIRE_API(LeaveGroup);
TENON_WIRE_API(OffsetCommit);
TENON_WIRE_API(OffsetFetch);
TENON_WIRE_API(DescribeGroups);
TENON_WIRE_API(ListGroups);
TENON_WIRE_API(DeleteGroups);
TENON_WIRE_API(OffsetDelete);
TENON_WIRE_API(ConsumerGroupHeartbeat);
TENON_WIRE_API(ConsumerGroupDescribe);

}  // namespace tenon::wire
