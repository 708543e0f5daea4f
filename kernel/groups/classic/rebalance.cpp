// SPDX-License-Identifier: Apache-2.0

#include "groups/classic/rebalance.h"

#include <algorithm>

#include "base/log.h"
#include "groups/append_errors.h"

namespace tenon::groups {
namespace {

using std::chrono::milliseconds;
using wire::ErrorCode;

// When the log is asked again to take what it refused, and nobody waits for it.
constexpr milliseconds kWriteAgain{1'000};

bool may_start(const Group& group) {
  switch (group.state()) {
    case GroupState::kEmpty:
    case GroupState::kCompletingRebalance:
    case GroupState::kStable:
      return true;
    case GroupState::kPreparingRebalance:
    case GroupState::kDead:
      return false;
  }
  return false;
}

}  // namespace

wire::JoinGroupResponse join_answer(const Group& group, const Member& member) {
  wire::JoinGroupResponse answer;
  answer.generation_id = group.generation();
  answer.protocol_type = group.protocol_type();
  answer.protocol_name = group.protocol_name().value_or("");
  answer.leader = group.leader().value_or("");
  answer.member_id = member.id;
  if (group.is_leader(member.id)) answer.members = group.member_list();
  return answer;
}

wire::JoinGroupResponse join_error(std::string_view member_id, ErrorCode code) {
  wire::JoinGroupResponse answer;
  answer.error_code = static_cast<int16_t>(code);
  answer.member_id = member_id;
  return answer;
}

wire::SyncGroupResponse sync_answer(const Group& group, const Member& member) {
  wire::SyncGroupResponse answer;
  answer.protocol_type = group.protocol_type();
  answer.protocol_name = group.protocol_name();
  answer.assignment = member.assignment;
  return answer;
}

wire::SyncGroupResponse sync_error(ErrorCode code) {
  wire::SyncGroupResponse answer;
  answer.error_code = static_cast<int16_t>(code);
  return answer;
}

void Rebalance::prepare_or_complete(Group& group, const Reason& reason) {
  if (may_start(group)) {
    prepare(group, reason);
  } else {
    parts_.chronicles.of(group.id()).also(reason);
    complete_if_all_joined(group);
  }
}

void Rebalance::prepare(Group& group, const Reason& reason) {
  log_info("group {}: rebalance from {} generation {}: {}", group.id(), to_string(group.state()),
           group.generation(), reason.text());
  parts_.chronicles.of(group.id()).began(reason, group.generation(), Phase::kJoining);
  // Those who wait for an assignment that will not come must join again.
  if (group.is(GroupState::kCompletingRebalance)) {
    propagate_error(group, ErrorCode::kRebalanceInProgress);
  }
  group.sync_timer.cancel();
  assigned_.end(group);
  const bool was_empty = group.is(GroupState::kEmpty);
  group.transition_to(GroupState::kPreparingRebalance, parts_.now_ms());
  if (was_empty) {
    wait_for_first_members(group);
  } else if (group.all_joined()) {
    complete(group);
  } else {
    wait_for_all(group);
  }
}

void Rebalance::resume(Group& group) {
  if (group.is(GroupState::kCompletingRebalance)) return prepare(group, {Cause::kWriteFailed});
  if (group.is(GroupState::kPreparingRebalance)) wait_for_all(group);
}

void Rebalance::wait_for_all(Group& group) {
  wait(group, milliseconds(group.rebalance_timeout_ms()),
       [this](Group& waiting) { complete(waiting); });
}

// Goes on with a join phase after a while. When it is the group's turn it may have gone on without
// this, and wait for something else.
void Rebalance::wait(Group& group, milliseconds delay, std::move_only_function<void(Group&)> act) {
  auto go_on = [act = std::move(act)](Group& waiting) mutable {
    if (waiting.is(GroupState::kPreparingRebalance) && !waiting.join_timer.armed()) act(waiting);
  };
  group.join_timer.arm(delay, [this, id = group.id(), go_on = std::move(go_on)]() mutable {
    turns_.queue(id, std::move(go_on));
  });
}

void Rebalance::wait_for_first_members(Group& group) {
  const int64_t delay = parts_.config.initial_rebalance_delay_ms;
  const int64_t remaining = std::max<int64_t>(group.rebalance_timeout_ms() - delay, 0);
  group.member_added = false;
  wait(group, milliseconds(delay),
       [this, delay, remaining](Group& waiting) { extend_or_complete(waiting, delay, remaining); });
}

// KIP-134: while members keep coming the delay is given again, up to the rebalance timeout.
void Rebalance::extend_or_complete(Group& group, int64_t delay_ms, int64_t remaining_ms) {
  if (!group.member_added || remaining_ms == 0) return complete(group);
  group.member_added = false;
  const int64_t next = std::min<int64_t>(parts_.config.initial_rebalance_delay_ms, remaining_ms);
  const int64_t left = std::max<int64_t>(remaining_ms - delay_ms, 0);
  wait(group, milliseconds(next),
       [this, next, left](Group& waiting) { extend_or_complete(waiting, next, left); });
}

void Rebalance::complete_if_all_joined(Group& group) {
  // The first members of a group are waited for by time alone.
  if (group.is(GroupState::kPreparingRebalance) && group.previous_state() != GroupState::kEmpty &&
      group.all_joined()) {
    complete(group);
  }
}

void Rebalance::complete(Group& group) {
  TN_ASSERT(group.is(GroupState::kPreparingRebalance));
  group.join_timer.cancel();
  drop_not_joined(group);
  if (group.members().empty()) return write_empty_generation(group);
  // Only static members are left and none has come back: their sessions decide.
  if (!group.elect_joined_leader()) return wait_for_all(group);
  group.start_generation(parts_.now_ms());
  announce_generation(group);
}

// Nobody is left. Until that is in the log the group is not Empty; who joins meanwhile, because the
// log refused it, begins the next generation in its place.
void Rebalance::write_empty_generation(Group& group) {
  turns_.decide(group_record(group.id(), empty_generation_value(group, parts_.now_ms())),
                [this](Group& emptied, const Result<>& written) {
                  if (!written)
                    return wait(emptied, kWriteAgain,
                                [this](Group& waiting) { complete(waiting); });
                  assigned_.forget(emptied);
                  log_info("group {}: generation {} is empty", emptied.id(), emptied.generation());
                  parts_.chronicles.of(emptied.id()).ended(emptied.generation(), 0);
                });
}

void Rebalance::drop_not_joined(Group& group) {
  std::vector<std::string> dropped;
  for (const auto& [id, member] : group.members()) {
    if (!member->awaiting_join && !member->is_static()) dropped.push_back(id);
  }
  for (const std::string& id : dropped) evict(group, id, Cause::kDidNotJoin);
}

void Rebalance::announce_generation(Group& group) {
  parts_.chronicles.of(group.id()).phase(Phase::kSyncing);
  log_info("group {}: generation {} with {} members, leader {}", group.id(), group.generation(),
           group.members().size(), group.leader().value_or(""));
  assigned_.begin(group);
  for (const auto& [id, member] : group.members()) {
    group.answer_join(*member, join_answer(group, *member));
    member->is_new = false;
    start_session(group, *member);
    group.pending_syncs().insert(id);
  }
  group.sync_timer.arm(milliseconds(group.rebalance_timeout_ms()), [this, id = group.id()] {
    turns_.queue(id, [this](Group& waiting) { expire_syncs(waiting); });
  });
}

void Rebalance::expire_syncs(Group& group) {
  // The next generation may have begun before it was the group's turn.
  if (group.sync_timer.armed() || !may_start(group)) return;
  const auto silent = group.pending_syncs();
  for (const std::string& id : silent) evict(group, id, Cause::kDidNotSync);
  if (!silent.empty()) prepare_or_complete(group, {Cause::kDidNotSync, *silent.begin()});
}

void Rebalance::mark_synced(Group& group, std::string_view member_id) {
  auto& pending = group.pending_syncs();
  if (const auto it = pending.find(member_id); it != pending.end()) pending.erase(it);
  if (pending.empty()) group.sync_timer.cancel();
}

void Rebalance::settle(Group& group, const Assignments& assignments) {
  turns_.decide(group_record(group.id(), generation_value(group, assignments, parts_.now_ms())),
                [this](Group& settled, const Result<>& written) {
                  if (written) return propagate(settled);
                  propagate_error(settled, group_write_error(written.error()));
                  prepare_or_complete(settled, {Cause::kWriteFailed, "", written.error().text()});
                });
}

void Rebalance::propagate(Group& group) {
  for (const auto& [id, member] : group.members()) {
    answer_sync(group, *member, sync_answer(group, *member));
  }
  parts_.chronicles.of(group.id()).ended(group.generation(), group.members().size());
}

// What the members were last given is still known, for an assignor to be true to.
void Rebalance::propagate_error(Group& group, ErrorCode code) {
  for (const auto& [id, member] : group.members()) {
    answer_sync(group, *member, sync_error(code));
  }
}

void Rebalance::answer_sync(Group& group, Member& member, wire::SyncGroupResponse response) {
  if (!member.awaiting_sync) return;
  std::exchange(member.awaiting_sync, std::nullopt)->send(std::move(response));
  // Its session was not watched while it was parked.
  start_session(group, member);
}

void Rebalance::remove_member(Group& group, Member& member) {
  // A member that is still there, only slow, learns that it must join as a new one.
  group.answer_join(member, join_error("", ErrorCode::kUnknownMemberId));
  answer_sync(group, member, sync_error(ErrorCode::kUnknownMemberId));
  group.remove(std::string(member.id));
}

void Rebalance::evict(Group& group, std::string_view member_id, Cause why) {
  Member* member = group.find(member_id);
  if (!member) return;
  log_info("group {}: {} is removed: {}", group.id(), member_id, in_words(why));
  parts_.chronicles.of(group.id()).evicted(member_id, why);
  remove_member(group, *member);
}

void Rebalance::start_session(Group& group, Member& member, int32_t timeout_ms) {
  member.session.arm(milliseconds(timeout_ms), [this, id = group.id(), member_id = member.id] {
    turns_.queue(id, [this, member_id](Group& watched) { expire_session(watched, member_id); });
  });
}

void Rebalance::expire_session(Group& group, const std::string& member_id) {
  Member* member = group.find(member_id);
  // Before it was the group's turn it may have gone, or have been heard of.
  if (!member || member->session.armed()) return;
  // A parked request is a sign of life, except of a member that has never had an answer: its
  // client may have gone and come back as another new member.
  if (!member->is_new && (member->awaiting_join || member->awaiting_sync)) return;
  evict(group, member_id, Cause::kSessionExpired);
  prepare_or_complete(group, {Cause::kSessionExpired, member_id});
}

}  // namespace tenon::groups
