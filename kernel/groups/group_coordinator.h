// SPDX-License-Identifier: Apache-2.0
//
// The coordinator of the groups that one partition of __consumer_offsets keeps: members, rebalances
// and committed offsets, as Apache Kafka's group coordinator does it for the classic protocol
// (KIP-62, KIP-345, KIP-394, KIP-559, KIP-800, KIP-814) and for the consumer protocol (KIP-848).
//
//   classic/   join, sync, heartbeat, leave; sessions and rebalance timers
//   consumer/  members that heartbeat, and are brought to the target that an assignor made
//   offsets/   commit, fetch, delete, expiry
//   table/     the groups; replays records into them
//   chronicle/ what happened to groups lately
//   this       the door: is the coordinator active, is the request sane, who answers
//
// Called by handlers/ on the partition's owner. Errors are answered inside the responses, with
// Kafka's codes: COORDINATOR_LOAD_IN_PROGRESS until load() is through, NOT_COORDINATOR after stop()
// and after a failed load.
//
// Threads: all calls and answers on the scheduler given. A parked answer (JoinGroup, SyncGroup, and
// what waits for the log) resumes its caller from the event loop, never from inside another call.
// Lifetime: await stop() before destroying it; its parts must outlive it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "base/task.h"
#include "groups/assigned/report.h"
#include "groups/assignment/assignors.h"
#include "groups/chronicle/chronicle.h"
#include "groups/group_config.h"
#include "groups/group_details.h"
#include "groups/request_info.h"
#include "metadata/changes.h"
#include "statemachine/coordinator_log.h"
#include "wire/groups/consumer_group_describe.h"
#include "wire/groups/consumer_group_heartbeat.h"
#include "wire/groups/delete_groups.h"
#include "wire/groups/describe_groups.h"
#include "wire/groups/heartbeat.h"
#include "wire/groups/join_group.h"
#include "wire/groups/leave_group.h"
#include "wire/groups/list_groups.h"
#include "wire/groups/offset_commit.h"
#include "wire/groups/offset_delete.h"
#include "wire/groups/offset_fetch.h"
#include "wire/groups/sync_group.h"

namespace tenon::groups {

// A group as metrics and lists see it.
struct GroupSummary {
  std::string id;
  std::string type;   // "classic", "consumer"
  std::string state;  // "Stable", "PreparingRebalance", ...
  std::string protocol_type;
  int32_t generation = 0;
  size_t members = 0;
  size_t offsets = 0;
};

class GroupCoordinator {
 public:
  struct Parts {
    Scheduler& scheduler;
    Random& random;
    statemachine::CoordinatorLog& log;
    GroupConfig config;
    std::string name;  // "__consumer_offsets-7"
    Assignors& assignors;
    // The cluster as the shard knows it now.
    std::function<std::shared_ptr<const metadata::Image>()> image;
  };
  explicit GroupCoordinator(Parts parts);
  ~GroupCoordinator();
  GroupCoordinator(const GroupCoordinator&) = delete;
  GroupCoordinator& operator=(const GroupCoordinator&) = delete;

  // Once: reads the log, restores groups and offsets, gives every member a new session. Requests
  // made meanwhile are answered COORDINATOR_LOAD_IN_PROGRESS.
  Task<Result<>> load();
  bool is_active() const;
  // Answers everything that is parked with NOT_COORDINATOR and waits for writes on their way.
  Task<void> stop();

  Task<wire::JoinGroupResponse> join_group(RequestInfo info, wire::JoinGroupRequest request,
                                           int16_t version);
  Task<wire::SyncGroupResponse> sync_group(RequestInfo info, wire::SyncGroupRequest request,
                                           int16_t version);
  Task<wire::HeartbeatResponse> heartbeat(RequestInfo info, wire::HeartbeatRequest request,
                                          int16_t version);
  Task<wire::LeaveGroupResponse> leave_group(RequestInfo info, wire::LeaveGroupRequest request,
                                             int16_t version);
  // KIP-848. A member that joins, or changes what others get, is answered when there is a new
  // target, or none is to be had in time.
  Task<wire::ConsumerGroupHeartbeatResponse> consumer_group_heartbeat(
      RequestInfo info, wire::ConsumerGroupHeartbeatRequest request, int16_t version);
  // One group. GROUP_ID_NOT_FOUND for an unknown one, and for one of another type.
  Task<wire::ConsumerGroupDescribeResponse::DescribedGroup> consumer_group_describe(
      std::string group_id);

  // What became different in the cluster, and which assignor is another plugin now.
  void on_image(const metadata::Changes& changes);
  void on_assignor_swapped(std::string_view name);

  // What came of the assignors that the configs of a classic group name; nothing where they name
  // none, and before the first generation.
  std::optional<AssignedReport> assigned_report(std::string_view group_id) const;
  AssignedCounts assigned_counts() const;

  // Whether the topics exist is for the caller to check before.
  Task<wire::OffsetCommitResponse> offset_commit(RequestInfo info,
                                                 wire::OffsetCommitRequest request,
                                                 int16_t version);
  // One group of a request of version 8 or later; null topics = all that have an offset. For older
  // versions the caller makes a group of the flat fields and copies the answer back. Who requires
  // stable offsets waits for the commits that are on their way.
  Task<wire::OffsetFetchResponse::OffsetFetchResponseGroup> offset_fetch(
      wire::OffsetFetchRequest::OffsetFetchRequestGroup request, bool require_stable);
  Task<wire::OffsetDeleteResponse> offset_delete(wire::OffsetDeleteRequest request);
  // One group. An unknown one, and one of another type, is "Dead", with a message that says so and
  // without an error.
  Task<wire::DescribeGroupsResponse::DescribedGroup> describe_group(std::string group_id);
  // This partition's groups that pass the filters. Empty filters pass all.
  Task<wire::ListGroupsResponse> list_groups(wire::ListGroupsRequest request);
  Task<wire::DeleteGroupsResponse::DeletableGroupResult> delete_group(std::string group_id);

  // Forgets the offsets of a deleted topic in all groups, in the log too.
  Task<Result<>> drop_topic(std::string topic);

  // Everything about one group, for people; nothing for an unknown one, kCoordinatorLoadInProgress
  // and kNotCoordinator as for requests.
  Result<std::optional<GroupDetails>> details(const std::string& group_id) const;

  // For metrics. Empty while loading.
  std::vector<GroupSummary> summaries() const;
  // What happened to its groups lately. Own thread.
  const Chronicles& chronicles() const;
  // Every committed offset: group lag = log end offset - offset.
  using OffsetVisitor =
      std::function<void(const std::string& group_id, const TopicPartition&, Offset)>;
  void for_each_offset(const OffsetVisitor& visit) const;

 private:
  struct State;  // the rooms behind the door, group_coordinator.cpp
  std::unique_ptr<State> state_;
};

}  // namespace tenon::groups
