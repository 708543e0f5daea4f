// SPDX-License-Identifier: Apache-2.0

#include "groups/consumer/consumer_groups.h"

#include <algorithm>

#include "base/log.h"
#include "groups/append_errors.h"
#include "groups/classic/membership.h"
#include "groups/group_settings.h"

namespace tenon::groups {
namespace {

using std::chrono::milliseconds;
using wire::ErrorCode;
using Response = wire::ConsumerGroupHeartbeatResponse;

std::unexpected<Refusal> refuse(ErrorCode code, std::string text) {
  return std::unexpected(Refusal{code, std::move(text)});
}

Response answer_of(Decision<Response> decision) {
  if (decision) return std::move(*decision);
  Response refused;
  refused.error_code = static_cast<int16_t>(decision.error().code);
  refused.error_message = std::move(decision.error().text);
  return refused;
}

Response left_response(const Heartbeat& heartbeat) {
  Response response;
  response.member_id = heartbeat.request.member_id;
  response.member_epoch = heartbeat.request.member_epoch;
  return response;
}

}  // namespace

ConsumerGroups::ConsumerGroups(const CoordinatorParts& parts, Membership& membership)
    : parts_(parts),
      membership_(membership),
      blank_(parts.scheduler),
      targets_({.coordinator = parts, .running = running_}) {}

Task<Response> ConsumerGroups::heartbeat(Heartbeat heartbeat) {
  const auto hold = running_.hold();
  if (auto refusal = check_request(heartbeat, parts_.assignors)) {
    if (refusal->code == ErrorCode::kUnsupportedAssignor) warn_of(heartbeat, *refusal);
    co_return answer_of(std::unexpected(std::move(*refusal)));
  }
  if (heartbeat.request.member_epoch < 0) co_return answer_of(co_await say_goodbye(heartbeat));
  if (heartbeat.request.member_id.empty()) {
    const uint64_t high = parts_.random.next();
    heartbeat.request.member_id = Uuid::from_random(high, parts_.random.next()).text();
  }
  const auto waits = co_await subscribe(heartbeat);
  if (!waits) co_return answer_of(std::unexpected(waits.error()));
  if (*waits) {
    const auto before = progress_of(heartbeat);
    co_await targets_.made(heartbeat.request.group_id);
    // It may have given up waiting, and have been given something by another heartbeat: then what
    // it said that it had does not count any more.
    if (progress_of(heartbeat) != before) heartbeat.request.topic_partitions.reset();
  }
  co_return answer_of(co_await advance(heartbeat));
}

// For the operator, who may have forgotten to load it; the client only ends.
void ConsumerGroups::warn_of(const Heartbeat& heartbeat, const Refusal& refusal) {
  warnings_.warn(parts_.scheduler.clock().now(),
                 fmt::format("group {}: a member from {} (client id {}) is refused: {}",
                             heartbeat.request.group_id, heartbeat.info.client_host,
                             heartbeat.info.client_id, refusal.text));
}

std::optional<MemberProgress> ConsumerGroups::progress_of(const Heartbeat& heartbeat) const {
  const Group* group = find(heartbeat.request.group_id);
  const ConsumerMember* member =
      group ? group->consumer->find(heartbeat.request.member_id) : nullptr;
  return member ? std::optional(member->progress) : std::nullopt;
}

// The group as it is, or as it will be with the first member; `before` gets what must be written
// for that.
Decision<GroupView> ConsumerGroups::open(const Heartbeat& heartbeat, Records& before) const {
  const std::string& id = heartbeat.request.group_id;
  const Group* group = parts_.table.find(id);
  if (group && group->is(GroupState::kDead)) {
    return refuse(ErrorCode::kCoordinatorNotAvailable, "group " + id + " is being deleted");
  }
  if (group && group->consumer) return view_of(*group);
  if (!heartbeat.joins()) {
    return refuse(ErrorCode::kGroupIdNotFound, "there is no consumer group " + id);
  }
  if (group && !group->is_empty()) {
    return refuse(ErrorCode::kGroupIdNotFound,
                  "group " + id + " has members of the classic protocol");
  }
  if (group && group->is_persisted()) before.push_back(group_tombstone(id));
  return GroupView{id, blank_, static_cast<size_t>(parts_.config.consumer.max_size)};
}

GroupView ConsumerGroups::view_of(const Group& group) const {
  return {group.id(), *group.consumer, static_cast<size_t>(parts_.config.consumer.max_size)};
}

Task<Decision<void>> ConsumerGroups::commit(Records records) const {
  if (records.empty()) co_return Decision<void>{};
  const auto written =
      co_await parts_.runtime.respond(statemachine::Outcome<bool>{std::move(records), true});
  if (written) co_return Decision<void>{};
  co_return refuse(group_write_error(written.error()), written.error().text());
}

// Says whether the member waits for a target.
Task<Decision<bool>> ConsumerGroups::subscribe(const Heartbeat& heartbeat) {
  const std::string& id = heartbeat.request.group_id;
  const auto turn = co_await parts_.lanes.take(id);
  const auto upgraded = co_await upgrade_if_due(heartbeat);
  if (!upgraded) co_return std::unexpected(upgraded.error());
  Records records;
  const auto view = open(heartbeat, records);
  if (!view) co_return std::unexpected(view.error());
  auto subscribed = groups::subscribe(*view, heartbeat);
  if (!subscribed) co_return std::unexpected(subscribed.error());
  std::ranges::move(subscribed->records, std::back_inserter(records));
  if (auto done = co_await commit(std::move(records)); !done)
    co_return std::unexpected(done.error());
  watch(id, heartbeat.request.member_id);
  const bool concerned = subscribed->concern != Concern::kNone;
  if (concerned) {
    on_changed(id, {cause_of(subscribed->concern), heartbeat.request.member_id});
  } else if (*upgraded) {
    // What its leader had decided, or not yet, is no target of an assignor's.
    targets_.verify(id);
  }
  co_return concerned || heartbeat.joins();
}

Task<Decision<Response>> ConsumerGroups::advance(const Heartbeat& heartbeat) {
  const std::string& id = heartbeat.request.group_id;
  const auto turn = co_await parts_.lanes.take(id);
  Records none;
  const auto view = open(heartbeat, none);
  if (!view) co_return std::unexpected(view.error());
  const auto settings = settings_of(*parts_.image(), id, parts_.config);
  auto advanced =
      groups::advance(*view, heartbeat, static_cast<int32_t>(settings.heartbeat_interval_ms));
  if (!advanced) co_return std::unexpected(advanced.error());
  if (advanced->progress.epoch == kJoinEpoch) {
    // Clients try again. An epoch of 0 would tell them that they are not in the group.
    co_return refuse(ErrorCode::kCoordinatorNotAvailable,
                     "group " + id + " has no assignment yet: " + targets_.problem(id));
  }
  const bool moved = !advanced->records.empty();
  if (auto done = co_await commit(std::move(advanced->records)); !done) {
    co_return std::unexpected(done.error());
  }
  watch(id, heartbeat.request.member_id, moved);
  on_advanced(id, heartbeat.request.member_id);
  co_return std::move(advanced->response);
}

Task<Decision<Response>> ConsumerGroups::say_goodbye(const Heartbeat& heartbeat) {
  const std::string& id = heartbeat.request.group_id;
  const auto turn = co_await parts_.lanes.take(id);
  Records none;
  const auto view = open(heartbeat, none);
  if (!view) co_return std::unexpected(view.error());
  const int32_t epoch = view->group.epoch();
  auto left = groups::leave(*view, heartbeat);
  if (!left) co_return std::unexpected(left.error());
  if (auto done = co_await commit(std::move(left->records)); !done) {
    co_return std::unexpected(done.error());
  }
  log_info("group {}: {} leaves{}", id, left->member_id, left->for_a_while ? " for a while" : "");
  // One that is away for a while has the rest of its session to come back in.
  if (!left->for_a_while) {
    on_changed(id, {Cause::kMemberLeft, left->member_id});
    co_await downgrade_if_due(id, epoch);
  }
  co_return left_response(heartbeat);
}

// The member has given a sign of life; what it is to give up, it must give up in time. It has that
// time anew for each step.
void ConsumerGroups::watch(const std::string& group_id, const std::string& member_id, bool moved) {
  const Group* group = parts_.table.find(group_id);
  ConsumerMember* member = group && group->consumer ? group->consumer->find(member_id) : nullptr;
  if (!member) return;
  start_session(group_id, *member);
  if (member->progress.state != MemberState::kUnrevokedPartitions) {
    member->revocation.cancel();
  } else if (moved || !member->revocation.armed()) {
    member->revocation.arm(
        milliseconds(member->words.rebalance_timeout_ms),
        [this, group_id, member_id] { spawn(expire(group_id, member_id, Silence::kRevocation)); });
  }
}

void ConsumerGroups::start_session(const std::string& group_id, ConsumerMember& member) {
  int64_t timeout_ms = settings_of(*parts_.image(), group_id, parts_.config).session_timeout_ms;
  if (member.words.classic) timeout_ms = member.words.classic->session_timeout_ms;
  member.session.arm(milliseconds(timeout_ms), [this, group_id, member_id = member.id] {
    spawn(expire(group_id, member_id, Silence::kSession));
  });
}

Task<void> ConsumerGroups::expire(std::string group_id, std::string member_id, Silence silence) {
  const auto hold = running_.hold();
  const auto turn = co_await parts_.lanes.take(group_id);
  const Group* group = parts_.table.find(group_id);
  ConsumerMember* member = group && group->consumer ? group->consumer->find(member_id) : nullptr;
  if (!member) co_return;
  if (is_heard_of(*member, silence)) co_return;
  log_info("group {}: {} is removed: {}", group_id, member_id, in_words(cause_of(silence)));
  const int32_t epoch = group->consumer->epoch();
  if (auto done = co_await commit(removal_records(view_of(*group), {member_id})); !done) {
    // It is tried again; until then the member has what it has.
    if (parts_.runtime.is_active()) start_session(group_id, *member);
    co_return;
  }
  parts_.chronicles.of(group_id).evicted(member_id, cause_of(silence));
  on_changed(group_id, {cause_of(silence), member_id});
  co_await downgrade_if_due(group_id, epoch);
}

// The group epoch has risen.
void ConsumerGroups::on_changed(const std::string& group_id, const Reason& reason) {
  const Group* group = find(group_id);
  if (!group) return;
  auto chronicle = parts_.chronicles.of(group_id);
  const int32_t epoch = group->consumer->epoch();
  if (chronicle.under_way()) {
    chronicle.also(reason);
    chronicle.phase(Phase::kAssigning);
  } else {
    chronicle.began(reason, epoch - 1, Phase::kAssigning);
  }
  if (group->consumer->members().empty()) chronicle.ended(epoch, 0);
  targets_.start(group_id);
}

// The member has come as far as it can now.
void ConsumerGroups::on_advanced(const std::string& group_id, const std::string& member_id) {
  const Group* group = find(group_id);
  auto chronicle = parts_.chronicles.of(group_id);
  if (!group || !chronicle.under_way()) return;
  const ConsumerGroup& consumer = *group->consumer;
  const ConsumerMember* member = consumer.find(member_id);
  if (member && member->is_reconciled_to(consumer.epoch())) chronicle.came(member_id);
  if (consumer.is_settled()) chronicle.ended(consumer.epoch(), consumer.members().size());
}

Cause ConsumerGroups::cause_of(Concern concern) {
  switch (concern) {
    case Concern::kNone:
    case Concern::kJoined:
      return Cause::kMemberJoined;
    case Concern::kSubscription:
      return Cause::kSubscriptionChanged;
    case Concern::kAssignor:
      return Cause::kAssignorChanged;
  }
  return Cause::kMemberJoined;
}

Cause ConsumerGroups::cause_of(Silence silence) {
  switch (silence) {
    case Silence::kSession:
      return Cause::kSessionExpired;
    case Silence::kRevocation:
      return Cause::kDidNotRevoke;
    case Silence::kClassic:
      return Cause::kDidNotJoin;
  }
  return Cause::kSessionExpired;
}

// While the turn was waited for, the member may have done what it was to do.
bool ConsumerGroups::is_heard_of(const ConsumerMember& member, Silence silence) {
  switch (silence) {
    case Silence::kSession:
      return member.session.armed();
    case Silence::kRevocation:
      return member.progress.state != MemberState::kUnrevokedPartitions;
    case Silence::kClassic:
      return !member.words.classic || member.classic.armed();
  }
  return true;
}

void ConsumerGroups::on_loaded() {
  watch_.look({}, *parts_.image());
  for (const auto& [id, group] : parts_.table.groups()) {
    if (!group->consumer) continue;
    for (const auto& [member_id, member] : group->consumer->members()) watch(id, member_id);
    targets_.verify(id);
  }
}

void ConsumerGroups::on_image(const metadata::Changes& changes) {
  watch_.look(changes, *parts_.image());
  for (const auto& [id, group] : parts_.table.groups()) {
    if (group->consumer && !group->consumer->members().empty() &&
        watch_.concerns(*group->consumer, changes)) {
      targets_.verify(id);
    }
  }
}

void ConsumerGroups::on_assignor_swapped(std::string_view name) {
  for (const auto& [id, group] : parts_.table.groups()) {
    if (group->consumer && targets_.assignor_of(*group->consumer) == name) targets_.renew(id);
  }
}

void ConsumerGroups::on_stopped() {
  targets_.stop();
  for (const auto& [id, group] : parts_.table.groups()) {
    if (!group->consumer) continue;
    for (const auto& [member_id, member] : group->consumer->members()) {
      member->session.cancel();
      member->revocation.cancel();
      member->classic.cancel();
    }
  }
}

}  // namespace tenon::groups
