// SPDX-License-Identifier: Apache-2.0
//
// All messages as lists of types, for what must visit every one: the table of flexible versions,
// the tests, the fuzzers and the schema dump. Others include the messages that they use.
#pragma once

#include "wire/admin/alter_configs.h"
#include "wire/admin/api_versions.h"
#include "wire/admin/create_partitions.h"
#include "wire/admin/create_topics.h"
#include "wire/admin/delete_topics.h"
#include "wire/admin/describe_cluster.h"
#include "wire/admin/describe_configs.h"
#include "wire/admin/describe_log_dirs.h"
#include "wire/admin/incremental_alter_configs.h"
#include "wire/admin/metadata.h"
#include "wire/data/delete_records.h"
#include "wire/data/describe_producers.h"
#include "wire/data/fetch.h"
#include "wire/data/init_producer_id.h"
#include "wire/data/list_offsets.h"
#include "wire/data/offset_for_leader_epoch.h"
#include "wire/data/produce.h"
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
#include "wire/records/consumer_group_records.h"
#include "wire/records/consumer_protocol.h"
#include "wire/records/group_records.h"
#include "wire/records/metadata_records.h"

namespace tenon::wire {

template <class... M>
struct MessageList {};

using DataMessages =
    MessageList<ProduceRequest, ProduceResponse, FetchRequest, FetchResponse, ListOffsetsRequest,
                ListOffsetsResponse, InitProducerIdRequest, InitProducerIdResponse,
                OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, DeleteRecordsRequest,
                DeleteRecordsResponse, DescribeProducersRequest, DescribeProducersResponse>;
using GroupsMessages =
    MessageList<FindCoordinatorRequest, FindCoordinatorResponse, JoinGroupRequest,
                JoinGroupResponse, SyncGroupRequest, SyncGroupResponse, HeartbeatRequest,
                HeartbeatResponse, LeaveGroupRequest, LeaveGroupResponse, OffsetCommitRequest,
                OffsetCommitResponse, OffsetFetchRequest, OffsetFetchResponse,
                DescribeGroupsRequest, DescribeGroupsResponse, ListGroupsRequest,
                ListGroupsResponse, DeleteGroupsRequest, DeleteGroupsResponse, OffsetDeleteRequest,
                OffsetDeleteResponse, ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse,
                ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>;
using AdminMessages =
    MessageList<ApiVersionsRequest, ApiVersionsResponse, MetadataRequest, MetadataResponse,
                CreateTopicsRequest, CreateTopicsResponse, DeleteTopicsRequest,
                DeleteTopicsResponse, CreatePartitionsRequest, CreatePartitionsResponse,
                DescribeConfigsRequest, DescribeConfigsResponse, AlterConfigsRequest,
                AlterConfigsResponse, IncrementalAlterConfigsRequest,
                IncrementalAlterConfigsResponse, DescribeClusterRequest, DescribeClusterResponse,
                DescribeLogDirsRequest, DescribeLogDirsResponse>;
using RecordsMessages =
    MessageList<ConsumerProtocolSubscription, ConsumerProtocolAssignment, GroupMetadataKey,
                GroupMetadataValue, OffsetCommitKey, OffsetCommitValue, ConsumerGroupMetadataKey,
                ConsumerGroupMetadataValue, ConsumerGroupPartitionMetadataKey,
                ConsumerGroupPartitionMetadataValue, ConsumerGroupMemberMetadataKey,
                ConsumerGroupMemberMetadataValue, ConsumerGroupTargetAssignmentMetadataKey,
                ConsumerGroupTargetAssignmentMetadataValue, ConsumerGroupTargetAssignmentMemberKey,
                ConsumerGroupTargetAssignmentMemberValue, ConsumerGroupCurrentMemberAssignmentKey,
                ConsumerGroupCurrentMemberAssignmentValue, ConsumerGroupRegularExpressionKey,
                ConsumerGroupRegularExpressionValue, RegisterBrokerRecord, TopicRecord,
                PartitionRecord, ConfigRecord, RemoveTopicRecord, ProducerIdsRecord>;

// Calls f.operator()<M>() for every message of the list, in order.
template <class... M, class F>
constexpr void for_each_message(MessageList<M...>, F&& f) {
  (f.template operator()<M>(), ...);
}
template <class F>
constexpr void for_each_message(F&& f) {
  for_each_message(DataMessages{}, f);
  for_each_message(GroupsMessages{}, f);
  for_each_message(AdminMessages{}, f);
  for_each_message(RecordsMessages{}, f);
}

}  // namespace tenon::wire
