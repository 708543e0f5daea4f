// SPDX-License-Identifier: Apache-2.0
//
// Consumer groups with members that still speak the classic protocol, and the way from one type of
// group to the other.

#include <algorithm>

#include "base/log.h"
#include "groups/append_errors.h"
#include "groups/classic/membership.h"
#include "groups/consumer/consumer_groups.h"
#include "groups/group_settings.h"
#include "groups/migration/migration.h"

namespace tenon::groups {
namespace {

using config::GroupMigration;
using std::chrono::milliseconds;
using wire::ErrorCode;

wire::HeartbeatResponse heartbeat_answer(ErrorCode code) {
  wire::HeartbeatResponse response;
  response.error_code = static_cast<int16_t>(code);
  return response;
}

// An administrator removes any static member by its instance id alone (KIP-345); by its own id a
// member leaves only if it speaks the classic protocol.
Decision<const ConsumerMember*> find_leaver(
    const GroupView& view, const wire::LeaveGroupRequest::MemberIdentity& identity) {
  const auto& instance_id = identity.group_instance_id;
  if (!identity.member_id.empty() || !instance_id) {
    return find_classic(view, identity.member_id, instance_id, std::nullopt);
  }
  const ConsumerMember* owner = view.group.find_static(*instance_id);
  if (owner) return owner;
  return std::unexpected(
      Refusal{ErrorCode::kUnknownMemberId, "no member has instance id " + *instance_id});
}

}  // namespace

const Group* ConsumerGroups::find(std::string_view group_id) const {
  const Group* group = parts_.table.find(group_id);
  return group && group->consumer && !group->is(GroupState::kDead) ? group : nullptr;
}

bool ConsumerGroups::has(std::string_view group_id) const {
  return find(group_id) != nullptr;
}

bool ConsumerGroups::may_upgrade(const Group& group) const {
  const GroupMigration policy = parts_.config.consumer.migration;
  return !group.consumer && !group.is_empty() && !group.is(GroupState::kDead) &&
         group.members().size() <= static_cast<size_t>(parts_.config.consumer.max_size) &&
         (policy == GroupMigration::kBidirectional || policy == GroupMigration::kUpgrade);
}

// Is there room for who joins, once it is a consumer group? One that is refused leaves it classic.
bool ConsumerGroups::has_room(const Group& group, const Heartbeat& heartbeat) const {
  const auto& request = heartbeat.request;
  return group.members().size() < static_cast<size_t>(parts_.config.consumer.max_size) ||
         group.has(request.member_id) ||
         (request.instance_id && group.static_member(*request.instance_id));
}

// Says whether the group was a classic one until now.
Task<Decision<bool>> ConsumerGroups::upgrade_if_due(const Heartbeat& heartbeat) {
  const std::string& id = heartbeat.request.group_id;
  Group* group = parts_.table.find(id);
  if (!group || !heartbeat.joins() || !may_upgrade(*group)) co_return false;
  if (!has_room(*group, heartbeat)) {
    co_return std::unexpected(
        Refusal{ErrorCode::kGroupMaxSizeReached,
                "group " + id + " has as many members as it may (group.consumer.max.size)"});
  }
  if (auto done = co_await upgrade(*group); !done) co_return std::unexpected(done.error());
  co_return true;
}

// The caller has its turn, so no member of the consumer protocol comes in between; those of the
// classic one are told to try again.
Task<Decision<void>> ConsumerGroups::upgrade(Group& group) {
  auto records = upgrade_records(group, *parts_.image());
  if (!records) co_return std::unexpected(records.error());
  const std::string id = group.id();
  membership_.begin_migration(group);
  if (auto done = co_await commit(std::move(*records)); !done) {
    if (parts_.runtime.is_active()) membership_.give_up_migration(group);
    co_return std::unexpected(done.error());
  }
  log_info("group {}: becomes a consumer group", id);
  const GroupSettings settings = settings_of(*parts_.image(), id, parts_.config);
  if (!settings.assignor.empty()) {
    log_warn(
        "group {}: its config tenon.assignor = {} is without effect while it is one: its "
        "members name the assignor that decides",
        id, settings.assignor);
  }
  parts_.chronicles.of(id).began({Cause::kProtocolChanged}, group.consumer->epoch(),
                                 Phase::kAssigning);
  for (const auto& [member_id, member] : group.consumer->members()) start_session(id, *member);
  co_return Decision<void>{};
}

// `generation` is the epoch before the last change: the one that the members have come to. They go
// on with it until they join again, and may commit by it what they have read.
Task<void> ConsumerGroups::downgrade_if_due(std::string group_id, int32_t generation) {
  const GroupMigration policy = parts_.config.consumer.migration;
  const Group* group = find(group_id);
  if (!group || group->consumer->members().empty() ||
      !group->consumer->has_only_classic_members() ||
      group->consumer->members().size() > static_cast<size_t>(parts_.config.max_size) ||
      (policy != GroupMigration::kBidirectional && policy != GroupMigration::kDowngrade)) {
    co_return;
  }
  auto value = classic_value(*group->consumer, generation, parts_.now_ms(), *parts_.image());
  // As it is, it stays a consumer group: that serves its members too.
  if (!co_await commit(downgrade_records(group_id, *group->consumer, value))) co_return;
  log_info("group {}: becomes a classic group", group_id);
  if (Group* classic = parts_.table.find(group_id)) membership_.on_downgraded(*classic);
}

Task<std::optional<wire::JoinGroupResponse>> ConsumerGroups::join(RequestInfo info,
                                                                  wire::JoinGroupRequest request,
                                                                  int16_t version) {
  const auto hold = running_.hold();
  if (auto done = co_await drop_if_empty(request.group_id); !done) {
    co_return join_error(request.member_id, done.error().code);
  }
  if (!has(request.group_id)) co_return std::nullopt;
  const bool has_new_id = request.member_id.empty();
  if (has_new_id) {
    request.member_id = membership_.new_member_id(info, request.group_instance_id);
    if (!request.group_instance_id && version >= 4) {
      co_return join_error(request.member_id, ErrorCode::kMemberIdRequired);
    }
  }
  const auto waits = co_await subscribe_classic(std::move(info), request, has_new_id);
  if (!waits && waits.error().code == ErrorCode::kNone) co_return std::nullopt;
  if (!waits) co_return join_error(request.member_id, waits.error().code);
  if (*waits) co_await targets_.made(request.group_id);
  co_return co_await advance_classic(request);
}

// A consumer group without members becomes whatever the next member speaks.
Task<Decision<void>> ConsumerGroups::drop_if_empty(std::string group_id) {
  const auto turn = co_await parts_.lanes.take(group_id);
  const Group* group = find(group_id);
  if (!group || !group->consumer->members().empty()) co_return Decision<void>{};
  co_return co_await commit(consumer_group_tombstones(group_id, *group->consumer));
}

// A refusal without a code: the group is no consumer group any more.
Task<Decision<bool>> ConsumerGroups::subscribe_classic(RequestInfo info,
                                                       wire::JoinGroupRequest& request,
                                                       bool has_new_id) {
  const std::string id = request.group_id;
  const auto turn = co_await parts_.lanes.take(id);
  const Group* group = find(id);
  if (!group) co_return std::unexpected(Refusal{});
  const GroupView view = view_of(*group);
  auto join = read_join(view, std::move(info), request, *parts_.image());
  if (!join) co_return std::unexpected(join.error());
  join->has_new_id = has_new_id;
  auto subscribed = groups::subscribe(view, *join);
  if (!subscribed) co_return std::unexpected(subscribed.error());
  const bool was_mixed = !group->consumer->has_only_classic_members();
  const int32_t epoch = group->consumer->epoch();
  if (auto done = co_await commit(std::move(subscribed->records)); !done) {
    co_return std::unexpected(done.error());
  }
  watch(id, request.member_id);
  const bool concerned = subscribed->concern != Concern::kNone;
  if (concerned) on_changed(id, {cause_of(subscribed->concern), request.member_id});
  // Did it take the place of the last that spoke the consumer protocol?
  if (was_mixed) co_await downgrade_if_due(id, epoch);
  if (!find(id)) co_return std::unexpected(Refusal{});
  co_return concerned || group->consumer->is_assigning();
}

Task<wire::JoinGroupResponse> ConsumerGroups::advance_classic(
    const wire::JoinGroupRequest& request) {
  const std::string& id = request.group_id;
  const auto turn = co_await parts_.lanes.take(id);
  const Group* group = find(id);
  // It became a classic group while a target was made: the member joins that next.
  if (!group) co_return join_error(request.member_id, ErrorCode::kRebalanceInProgress);
  ConsumerMember* member = group->consumer->find(request.member_id);
  if (!member || !member->words.classic) {
    co_return join_error(request.member_id, ErrorCode::kUnknownMemberId);
  }
  auto join = read_join(view_of(*group), {}, request, *parts_.image());
  if (!join) co_return join_error(request.member_id, join.error().code);
  auto next = next_progress(*group->consumer, *member, owned_by(*member, join->subscription));
  if (!next || next->epoch <= kJoinEpoch) {
    co_return join_error(request.member_id, ErrorCode::kCoordinatorNotAvailable);
  }
  const bool moved = *next != member->progress;
  if (moved) {
    Records records;
    records.push_back(progress_record(id, member->id, *next));
    if (auto done = co_await commit(std::move(records)); !done) {
      co_return join_error(request.member_id, done.error().code);
    }
  }
  watch(id, request.member_id, moved);
  on_advanced(id, request.member_id);
  await_classic(id, *member);  // it is to sync
  co_return join_response(*member, *next);
}

// A member that is to join or to sync, and does not, would hold the others up for ever.
void ConsumerGroups::await_classic(const std::string& group_id, ConsumerMember& member) {
  member.classic.arm(milliseconds(member.words.rebalance_timeout_ms),
                     [this, group_id, member_id = member.id] {
                       spawn(expire(group_id, member_id, Silence::kClassic));
                     });
}

Task<std::optional<wire::SyncGroupResponse>> ConsumerGroups::sync(wire::SyncGroupRequest request) {
  const auto hold = running_.hold();
  const auto turn = co_await parts_.lanes.take(request.group_id);
  const Group* group = find(request.group_id);
  if (!group) co_return std::nullopt;
  const GroupView view = view_of(*group);
  const auto found =
      find_classic(view, request.member_id, request.group_instance_id, request.generation_id);
  if (!found) co_return sync_error(found.error().code);
  ConsumerMember& member = *group->consumer->find((*found)->id);
  const auto& protocol = member.words.classic->protocols.front();
  if ((request.protocol_type && request.protocol_type != kConsumerProtocolType) ||
      (request.protocol_name && request.protocol_name != protocol.name)) {
    co_return sync_error(ErrorCode::kInconsistentGroupProtocol);
  }
  if (member.progress.state == MemberState::kStable && must_join(*group->consumer, member)) {
    await_classic(request.group_id, member);
    co_return sync_error(ErrorCode::kRebalanceInProgress);
  }
  member.classic.cancel();
  watch(request.group_id, member.id);
  const auto image = parts_.image();
  const auto subscription = read_subscription(protocol.metadata, *image);
  wire::SyncGroupResponse response;
  response.protocol_type = std::string(kConsumerProtocolType);
  response.protocol_name = protocol.name;
  response.assignment = write_assignment(member.progress.assigned,
                                         subscription ? subscription->version : int16_t{0}, *image);
  co_return response;
}

Task<std::optional<wire::HeartbeatResponse>> ConsumerGroups::classic_heartbeat(
    wire::HeartbeatRequest request) {
  const auto hold = running_.hold();
  const auto turn = co_await parts_.lanes.take(request.group_id);
  const Group* group = find(request.group_id);
  if (!group) co_return std::nullopt;
  const auto found = find_classic(view_of(*group), request.member_id, request.group_instance_id,
                                  request.generation_id);
  if (!found) co_return heartbeat_answer(found.error().code);
  ConsumerMember& member = *group->consumer->find((*found)->id);
  watch(request.group_id, member.id);
  if (!must_join(*group->consumer, member)) co_return heartbeat_answer(ErrorCode::kNone);
  if (!member.classic.armed()) await_classic(request.group_id, member);
  co_return heartbeat_answer(ErrorCode::kRebalanceInProgress);
}

void ConsumerGroups::note_departure(const std::string& group_id, const Departure& departure) {
  const Cause cause = departure.removed ? Cause::kAdministrator : Cause::kMemberLeft;
  if (departure.removed) parts_.chronicles.of(group_id).evicted(departure.member_id, cause);
  on_changed(group_id, {cause, departure.member_id, departure.reason});
}

Task<std::optional<wire::LeaveGroupResponse>> ConsumerGroups::leave(
    wire::LeaveGroupRequest request) {
  const auto hold = running_.hold();
  const std::string id = request.group_id;
  const auto turn = co_await parts_.lanes.take(id);
  const Group* group = find(id);
  if (!group) co_return std::nullopt;
  const ConsumerGroup& consumer = *group->consumer;
  wire::LeaveGroupResponse response;
  std::vector<std::string> leaving;
  std::vector<Departure> departures;
  for (const auto& identity : request.members) {
    const auto member = find_leaver(view_of(*group), identity);
    const ErrorCode code = member ? ErrorCode::kNone : member.error().code;
    if (member) {
      leaving.push_back((*member)->id);
      departures.push_back(
          {(*member)->id, identity.member_id.empty(), identity.reason.value_or("")});
    }
    response.members.push_back({.member_id = identity.member_id,
                                .group_instance_id = identity.group_instance_id,
                                .error_code = static_cast<int16_t>(code)});
  }
  if (leaving.empty()) co_return response;
  const int32_t epoch = consumer.epoch();
  if (auto done = co_await commit(removal_records(view_of(*group), leaving)); !done) {
    response.members.clear();
    response.error_code = static_cast<int16_t>(done.error().code);
    co_return response;
  }
  for (const Departure& each : departures) note_departure(id, each);
  co_await downgrade_if_due(id, epoch);
  co_return response;
}

}  // namespace tenon::groups
