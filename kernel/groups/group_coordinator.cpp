// SPDX-License-Identifier: Apache-2.0

#include "groups/group_coordinator.h"

#include "groups/append_errors.h"
#include "groups/classic/membership.h"
#include "groups/consumer/consumer_groups.h"
#include "groups/offsets/offset_commits.h"
#include "groups/table/group_queries.h"

namespace tenon::groups {

using wire::ErrorCode;
using CoordinatorState = statemachine::Coordinator::State;

struct GroupCoordinator::State {
  explicit State(Parts given)
      : config(given.config),
        scheduler(given.scheduler),
        table(given.scheduler),
        runtime({given.scheduler, given.log, table, std::move(given.name)}),
        lanes(given.scheduler),
        chronicles(given.scheduler.clock()),
        parts{.scheduler = given.scheduler,
              .random = given.random,
              .config = config,
              .table = table,
              .runtime = runtime,
              .lanes = lanes,
              .chronicles = chronicles,
              .assignors = given.assignors,
              .image = std::move(given.image)},
        membership(parts),
        consumers(parts, membership),
        offsets(parts, membership) {}

  // kNone, or why nobody is served here now.
  ErrorCode not_serving() const {
    switch (runtime.state()) {
      case CoordinatorState::kActive:
        return ErrorCode::kNone;
      case CoordinatorState::kCreated:
      case CoordinatorState::kLoading:
        return ErrorCode::kCoordinatorLoadInProgress;
      case CoordinatorState::kFailed:
      case CoordinatorState::kStopped:
        return ErrorCode::kNotCoordinator;
    }
    return ErrorCode::kNotCoordinator;
  }
  // The group protocol needs a name; offsets may be kept under the empty one.
  ErrorCode refusal(const std::string& group_id) const {
    return group_id.empty() ? ErrorCode::kInvalidGroupId : not_serving();
  }

  GroupConfig config;
  Scheduler& scheduler;
  GroupTable table;
  statemachine::Coordinator runtime;
  Lanes lanes;
  Chronicles chronicles;
  CoordinatorParts parts;
  Membership membership;
  ConsumerGroups consumers;
  OffsetCommits offsets;
};

namespace {

int16_t code_of(ErrorCode error) {
  return static_cast<int16_t>(error);
}

// Java shows addresses as "/10.0.0.1", and so do Kafka's tools.
RequestInfo with_slash(RequestInfo info) {
  if (!info.client_host.starts_with('/')) info.client_host.insert(0, "/");
  return info;
}

// To version 2 the request names one member and the answer has one code.
wire::LeaveGroupRequest as_batch(wire::LeaveGroupRequest request, int16_t version) {
  if (version <= 2) request.members = {{.member_id = std::exchange(request.member_id, {})}};
  return request;
}

wire::LeaveGroupResponse as_single(wire::LeaveGroupResponse response, int16_t version) {
  if (version > 2) return response;
  if (response.error_code == 0 && !response.members.empty()) {
    response.error_code = response.members.front().error_code;
  }
  response.members.clear();
  return response;
}

}  // namespace

GroupCoordinator::GroupCoordinator(Parts parts)
    : state_(std::make_unique<State>(std::move(parts))) {}

GroupCoordinator::~GroupCoordinator() = default;

Task<Result<>> GroupCoordinator::load() {
  Result<> loaded = co_await state_->runtime.load();
  if (loaded) {
    state_->table.finish_load();
    state_->membership.on_loaded();
    state_->consumers.on_loaded();
    state_->offsets.on_loaded();
  }
  co_return loaded;
}

bool GroupCoordinator::is_active() const {
  return state_->runtime.is_active();
}

Task<void> GroupCoordinator::stop() {
  // The runtime refuses writes from its first step on, so nothing below starts a new one.
  Future<void> drained = start(state_->runtime.stop());
  state_->membership.on_stopped();
  state_->consumers.on_stopped();
  state_->offsets.on_stopped();
  co_await std::move(drained);
  co_await state_->consumers.drained();
  co_await state_->membership.drained();
}

void GroupCoordinator::on_image(const metadata::Changes& changes) {
  if (!is_active()) return;
  state_->membership.assigned().on_image(changes);
  state_->consumers.on_image(changes);
}

void GroupCoordinator::on_assignor_swapped(std::string_view name) {
  if (!is_active()) return;
  state_->membership.assigned().on_assignor_swapped(name);
  state_->consumers.on_assignor_swapped(name);
}

std::optional<AssignedReport> GroupCoordinator::assigned_report(std::string_view group_id) const {
  return is_active() ? state_->membership.assigned().report(group_id) : std::nullopt;
}

AssignedCounts GroupCoordinator::assigned_counts() const {
  return state_->membership.assigned().counts();
}

Task<wire::JoinGroupResponse> GroupCoordinator::join_group(RequestInfo info,
                                                           wire::JoinGroupRequest request,
                                                           int16_t version) {
  ErrorCode refusal = state_->refusal(request.group_id);
  const int32_t session_ms = request.session_timeout_ms;
  if (refusal == ErrorCode::kNone && (session_ms < state_->config.min_session_timeout_ms ||
                                      session_ms > state_->config.max_session_timeout_ms)) {
    refusal = ErrorCode::kInvalidSessionTimeout;
  }
  if (refusal != ErrorCode::kNone) co_return join_error(request.member_id, refusal);
  if (state_->consumers.has(request.group_id)) {
    auto joined = co_await state_->consumers.join(with_slash(info), request, version);
    if (joined) co_return std::move(*joined);
  }
  const std::string member_id = request.member_id;
  Reply<wire::JoinGroupResponse> reply(state_->scheduler);
  auto answered = reply.future();
  state_->membership.join(
      {with_slash(std::move(info)), std::move(request), version, std::move(reply)});
  auto answer = co_await std::move(answered);
  co_return answer ? std::move(*answer) : join_error(member_id, ErrorCode::kNotCoordinator);
}

Task<wire::SyncGroupResponse> GroupCoordinator::sync_group(RequestInfo,
                                                           wire::SyncGroupRequest request,
                                                           int16_t) {
  const ErrorCode refusal = state_->refusal(request.group_id);
  if (refusal != ErrorCode::kNone) co_return sync_error(refusal);
  if (state_->consumers.has(request.group_id)) {
    if (auto synced = co_await state_->consumers.sync(request)) co_return std::move(*synced);
  }
  Reply<wire::SyncGroupResponse> reply(state_->scheduler);
  auto answered = reply.future();
  state_->membership.sync(std::move(request), std::move(reply));
  auto answer = co_await std::move(answered);
  co_return answer ? std::move(*answer) : sync_error(ErrorCode::kNotCoordinator);
}

Task<wire::HeartbeatResponse> GroupCoordinator::heartbeat(RequestInfo,
                                                          wire::HeartbeatRequest request, int16_t) {
  wire::HeartbeatResponse response;
  const ErrorCode refusal = state_->refusal(request.group_id);
  // While loading nothing is known against the member; an error would make it join again.
  if (refusal == ErrorCode::kCoordinatorLoadInProgress) co_return response;
  if (refusal == ErrorCode::kNone && state_->consumers.has(request.group_id)) {
    if (auto heard = co_await state_->consumers.classic_heartbeat(request)) co_return *heard;
  }
  response.error_code =
      code_of(refusal != ErrorCode::kNone ? refusal : state_->membership.heartbeat(request));
  co_return response;
}

Task<wire::LeaveGroupResponse> GroupCoordinator::leave_group(RequestInfo,
                                                             wire::LeaveGroupRequest request,
                                                             int16_t version) {
  const ErrorCode refusal = state_->refusal(request.group_id);
  if (refusal != ErrorCode::kNone) {
    wire::LeaveGroupResponse refused;
    refused.error_code = code_of(refusal);
    co_return refused;
  }
  request = as_batch(std::move(request), version);
  if (state_->consumers.has(request.group_id)) {
    if (auto left = co_await state_->consumers.leave(request)) {
      co_return as_single(std::move(*left), version);
    }
  }
  co_return as_single(co_await state_->membership.leave(std::move(request)), version);
}

Task<wire::ConsumerGroupHeartbeatResponse> GroupCoordinator::consumer_group_heartbeat(
    RequestInfo info, wire::ConsumerGroupHeartbeatRequest request, int16_t version) {
  const ErrorCode refusal = state_->not_serving();
  if (refusal != ErrorCode::kNone) {
    wire::ConsumerGroupHeartbeatResponse refused;
    refused.error_code = code_of(refusal);
    co_return refused;
  }
  co_return co_await state_->consumers.heartbeat(
      {with_slash(std::move(info)), std::move(request), version});
}

Task<wire::ConsumerGroupDescribeResponse::DescribedGroup> GroupCoordinator::consumer_group_describe(
    std::string group_id) {
  const ErrorCode refusal = state_->refusal(group_id);
  if (refusal == ErrorCode::kNone) co_return state_->consumers.describe(group_id);
  wire::ConsumerGroupDescribeResponse::DescribedGroup refused;
  refused.group_id = group_id;
  refused.error_code = code_of(refusal);
  co_return refused;
}

Task<wire::OffsetCommitResponse> GroupCoordinator::offset_commit(RequestInfo,
                                                                 wire::OffsetCommitRequest request,
                                                                 int16_t version) {
  const ErrorCode refusal = state_->not_serving();
  if (refusal != ErrorCode::kNone) co_return OffsetCommits::commit_error(request, refusal);
  Reply<wire::OffsetCommitResponse> reply(state_->scheduler);
  auto answered = reply.future();
  state_->offsets.commit(request, version, std::move(reply));
  auto answer = co_await std::move(answered);
  if (answer) co_return std::move(*answer);
  co_return OffsetCommits::commit_error(request, ErrorCode::kNotCoordinator);
}

Task<wire::OffsetFetchResponse::OffsetFetchResponseGroup> GroupCoordinator::offset_fetch(
    wire::OffsetFetchRequest::OffsetFetchRequestGroup request, bool require_stable) {
  wire::OffsetFetchResponse::OffsetFetchResponseGroup refused;
  refused.group_id = request.group_id;
  refused.error_code = code_of(state_->not_serving());
  if (refused.error_code != 0) co_return refused;
  if (!require_stable || state_->offsets.is_stable(request.group_id)) {
    co_return state_->offsets.fetch(request);
  }
  Reply<wire::OffsetFetchResponse::OffsetFetchResponseGroup> reply(state_->scheduler);
  auto answered = reply.future();
  state_->offsets.fetch_stable(std::move(request), std::move(reply));
  auto answer = co_await std::move(answered);
  if (answer) co_return std::move(*answer);
  refused.error_code = code_of(ErrorCode::kNotCoordinator);
  co_return refused;
}

Task<wire::OffsetDeleteResponse> GroupCoordinator::offset_delete(
    wire::OffsetDeleteRequest request) {
  wire::OffsetDeleteResponse refused;
  refused.error_code = code_of(state_->refusal(request.group_id));
  if (refused.error_code != 0) co_return refused;
  auto answer = co_await state_->runtime.respond(state_->offsets.remove(request));
  if (answer) co_return std::move(*answer);
  refused.error_code = code_of(group_write_error(answer.error()));
  co_return refused;
}

Task<wire::DescribeGroupsResponse::DescribedGroup> GroupCoordinator::describe_group(
    std::string group_id) {
  const ErrorCode refusal = state_->not_serving();
  if (refusal == ErrorCode::kNone) co_return describe(state_->table, group_id);
  wire::DescribeGroupsResponse::DescribedGroup refused;
  refused.group_id = group_id;
  refused.error_code = code_of(refusal);
  co_return refused;
}

Task<wire::ListGroupsResponse> GroupCoordinator::list_groups(wire::ListGroupsRequest request) {
  wire::ListGroupsResponse response;
  response.error_code = code_of(state_->not_serving());
  if (response.error_code == 0) response.groups = list(state_->table, request);
  co_return response;
}

Task<wire::DeleteGroupsResponse::DeletableGroupResult> GroupCoordinator::delete_group(
    std::string group_id) {
  wire::DeleteGroupsResponse::DeletableGroupResult result;
  result.group_id = group_id;
  result.error_code = code_of(state_->not_serving());
  if (result.error_code != 0) co_return result;
  // A member that joins a consumer group, and is not in the log yet, comes first.
  const auto turn = co_await state_->lanes.take(group_id);
  Reply<ErrorCode> reply(state_->scheduler);
  auto answered = reply.future();
  state_->offsets.delete_group(group_id, std::move(reply));
  auto answer = co_await std::move(answered);
  result.error_code = code_of(answer ? *answer : ErrorCode::kNotCoordinator);
  co_return result;
}

Task<Result<>> GroupCoordinator::drop_topic(std::string topic) {
  statemachine::Outcome<bool> outcome{state_->offsets.topic_tombstones(topic), true};
  auto done = co_await state_->runtime.respond(std::move(outcome));
  if (!done) co_return forward(done);
  co_return Result<>{};
}

Result<std::optional<GroupDetails>> GroupCoordinator::details(const std::string& group_id) const {
  switch (state_->not_serving()) {
    case ErrorCode::kNone:
      break;
    case ErrorCode::kCoordinatorLoadInProgress:
      return fail(Errc::kCoordinatorLoadInProgress, group_id, "its coordinator is loading");
    default:
      return fail(Errc::kNotCoordinator, group_id, "its coordinator is not here");
  }
  const Group* group = state_->table.find(group_id);
  if (!group || group->is(GroupState::kDead)) return std::optional<GroupDetails>{};
  GroupDetails shown = details_of(*group, *state_->parts.image());
  if (group->consumer) {
    shown.assignor = state_->consumers.assignor_of(*group->consumer);
    shown.problem = state_->consumers.problem(group_id);
  }
  shown.rebalances = state_->chronicles.notes(group_id);
  shown.assigned = assigned_report(group_id);
  if (shown.assigned) add_waits(shown, *shown.assigned);
  return shown;
}

std::vector<GroupSummary> GroupCoordinator::summaries() const {
  std::vector<GroupSummary> all;
  if (!is_active()) return all;
  for (const auto& [id, group] : state_->table.groups()) {
    all.push_back(
        {.id = id,
         .type = std::string(type_of(*group)),
         .state = std::string(state_name(*group)),
         .protocol_type = std::string(protocol_type_of(*group)),
         .generation = group->consumer ? group->consumer->epoch() : group->generation(),
         .members = group->consumer ? group->consumer->members().size() : group->members().size(),
         .offsets = group->offsets.size()});
  }
  return all;
}

const Chronicles& GroupCoordinator::chronicles() const {
  return state_->chronicles;
}

void GroupCoordinator::for_each_offset(const OffsetVisitor& visit) const {
  if (!is_active()) return;
  for (const auto& [id, group] : state_->table.groups()) {
    for (const auto& [topic, partitions] : group->offsets.topics()) {
      for (const auto& [partition, offset] : partitions) {
        visit(id, {topic, partition}, Offset{offset.offset});
      }
    }
  }
}

}  // namespace tenon::groups
