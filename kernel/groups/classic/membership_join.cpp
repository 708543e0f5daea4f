// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <array>

#include "base/log.h"
#include "groups/classic/membership.h"
#include "groups/classic/rejoin_cause.h"

namespace tenon::groups {
namespace {

using std::chrono::milliseconds;
using wire::ErrorCode;

// A random version-4 UUID in the usual form, as Kafka's member ids end with.
std::string uuid_text(Random& random) {
  const Uuid uuid = Uuid::from_random(random.next(), random.next());
  std::string text;
  for (size_t i = 0; i < uuid.bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", uuid.bytes[i]);
  }
  return text;
}

void refuse(JoinCall& call, ErrorCode code) {
  call.reply.send(join_error(call.request.member_id, code));
}

}  // namespace

void Membership::join(JoinCall call) {
  std::string group_id = call.request.group_id;
  spawn(turns_.take(std::move(group_id), [this, call = std::move(call)](Group* group) mutable {
    decide_join(group, call);
  }));
}

void Membership::decide_join(Group* group, JoinCall& call) {
  const std::string& member_id = call.request.member_id;
  // Only somebody new can bring a group into being.
  if (!group && member_id.empty()) group = &parts_.table.get_or_create(call.request.group_id);
  if (!group) return refuse(call, ErrorCode::kUnknownMemberId);
  if (group->is(GroupState::kDead)) {
    refuse(call, ErrorCode::kCoordinatorNotAvailable);
  } else if (group->consumer) {
    refuse(call, ErrorCode::kRebalanceInProgress);  // it has just become one
  } else if (!accepts(*group, member_id)) {
    refuse_at_capacity(*group, call);
  } else if (!group->supports_protocols(call.request.protocol_type, call.request.protocols)) {
    refuse(call, ErrorCode::kInconsistentGroupProtocol);
  } else if (member_id.empty()) {
    join_new(*group, call);
  } else {
    join_existing(*group, call);
  }
}

// group.max.size. While members join, those parked count, so that the last to come back are kept
// out; later the members count.
bool Membership::accepts(const Group& group, std::string_view member_id) const {
  const auto most = static_cast<size_t>(parts_.config.max_size);
  const Member* member = group.find(member_id);
  switch (group.state()) {
    case GroupState::kEmpty:
    case GroupState::kDead:
      return true;
    case GroupState::kPreparingRebalance:
      return (member && member->awaiting_join) || group.awaiting_join() < most;
    case GroupState::kCompletingRebalance:
    case GroupState::kStable:
      return member || group.members().size() < most;
  }
  return false;
}

void Membership::refuse_at_capacity(Group& group, JoinCall& call) {
  if (group.has(call.request.member_id)) {
    rebalance_.evict(group, call.request.member_id, Cause::kGroupTooLarge);
  } else {
    group.remove(call.request.member_id);  // a pending id
  }
  call.reply.send(join_error("", ErrorCode::kGroupMaxSizeReached));
  rebalance_.complete_if_all_joined(group);
}

void Membership::join_new(Group& group, JoinCall& call) {
  const std::string member_id = new_member_id(call.info, call.request.group_instance_id);
  if (!call.request.group_instance_id) {
    if (call.needs_known_member_id()) return hand_out_id(group, call, member_id);
    return add_member(group, call, member_id);
  }
  if (group.static_member(*call.request.group_instance_id)) {
    return replace_static(group, call, member_id);
  }
  add_member(group, call, member_id);
}

std::string Membership::new_member_id(const RequestInfo& info,
                                      const std::optional<std::string>& instance_id) {
  return instance_id.value_or(info.client_id) + "-" + uuid_text(parts_.random);
}

void Membership::hand_out_id(Group& group, JoinCall& call, const std::string& member_id) {
  auto charge = charge_pending(group, member_id);
  // Clients try again after a while, when ids have joined or expired.
  if (!charge) return refuse(call, ErrorCode::kCoordinatorNotAvailable);
  const int32_t timeout_ms =
      std::min(call.request.session_timeout_ms, parts_.config.pending_member_timeout_ms);
  group.add_pending(member_id, std::move(charge))
      .arm(milliseconds(timeout_ms), [this, id = group.id(), member_id] {
        turns_.queue(id, [this, member_id](Group& group) { expire_pending(group, member_id); });
      });
  call.reply.send(join_error(member_id, ErrorCode::kMemberIdRequired));
}

// Takes the id's share of pending_member_bytes_max until the result is let go; null if there is too
// little left.
std::shared_ptr<const void> Membership::charge_pending(const Group& group,
                                                       const std::string& member_id) {
  // Timer, map entries and the group itself; the group knows its id twice, as the timer does.
  constexpr size_t kFixedBytes = 1024;
  const size_t cost = kFixedBytes + 2 * (group.id().size() + member_id.size());
  if (*pending_bytes_ + cost > parts_.config.pending_member_bytes_max) return nullptr;
  *pending_bytes_ += cost;
  return {pending_bytes_.get(), [all = pending_bytes_, cost](const void*) { *all -= cost; }};
}

void Membership::expire_pending(Group& group, const std::string& member_id) {
  if (!group.is_pending(member_id)) return;  // it came before it was the group's turn
  group.remove(member_id);
  rebalance_.complete_if_all_joined(group);
}

void Membership::join_existing(Group& group, JoinCall& call) {
  const std::string& member_id = call.request.member_id;
  const auto& instance_id = call.request.group_instance_id;
  // Ids are handed out to dynamic members only; with an instance id it is somebody else's.
  if (group.is_pending(member_id) && !instance_id) return add_member(group, call, member_id);
  const ErrorCode error = group.validate_member(member_id, instance_id);
  if (error != ErrorCode::kNone) return refuse(call, error);
  rejoin(group, *group.find(member_id), call);
}

void Membership::rejoin(Group& group, Member& member, JoinCall& call) {
  const bool same_words = member.matches(call.request.protocols);
  switch (group.state()) {
    case GroupState::kPreparingRebalance:
      update_member(group, member, call);
      return rebalance_.complete_if_all_joined(group);
    case GroupState::kCompletingRebalance:
      // With nothing new to say it may have missed the answer: it gets it again.
      if (same_words) return call.reply.send(join_answer(group, member));
      return update_then_rebalance(group, member, call);
    case GroupState::kStable:
      // The leader joins again when what it must assign has changed, new partitions for one; others
      // may have let go of what somebody waits for, without saying anything new.
      if (same_words && !group.is_leader(member.id) && !assigned_.withholds(group)) {
        return call.reply.send(join_answer(group, member));
      }
      return update_then_rebalance(group, member, call);
    case GroupState::kEmpty:
    case GroupState::kDead:
      return refuse(call, ErrorCode::kUnknownMemberId);
  }
}

void Membership::add_member(Group& group, JoinCall& call, const std::string& member_id) {
  auto member = std::make_unique<Member>(parts_.scheduler);
  member->id = member_id;
  member->instance_id = call.request.group_instance_id;
  member->client_id = call.info.client_id;
  member->client_host = call.info.client_host;
  member->protocol_type = call.request.protocol_type;
  member->rebalance_timeout_ms = call.rebalance_timeout_ms();
  member->session_timeout_ms = call.request.session_timeout_ms;
  member->protocols = std::move(call.request.protocols);
  member->is_new = true;
  if (group.is(GroupState::kPreparingRebalance) && group.previous_state() == GroupState::kEmpty) {
    group.member_added = true;
  }
  Member& added = group.add(std::move(member));
  group.park_join(added, std::move(call.reply));
  // It has no id to send heartbeats with yet, and a client that gave up is not seen while its
  // request is parked; so the first join has a limit of its own.
  rebalance_.start_session(group, added, parts_.config.new_member_join_timeout_ms);
  note_arrival(group, added);
  rebalance_.prepare_or_complete(
      group, {Cause::kMemberJoined, added.id, call.request.reason.value_or("")});
}

void Membership::update_member(Group& group, Member& member, JoinCall& call) {
  group.set_protocols(member, std::move(call.request.protocols));
  member.rebalance_timeout_ms = call.rebalance_timeout_ms();
  member.session_timeout_ms = call.request.session_timeout_ms;
  // An earlier JoinGroup of the same member gives way to this one.
  group.answer_join(member, join_error(member.id, ErrorCode::kRebalanceInProgress));
  group.park_join(member, std::move(call.reply));
  note_arrival(group, member);
}

void Membership::note_arrival(const Group& group, const Member& member) {
  if (!group.is(GroupState::kPreparingRebalance)) return;
  parts_.chronicles.of(group.id()).came(member.id);
}

void Membership::update_then_rebalance(Group& group, Member& member, JoinCall& call) {
  const Cause cause = cause_of_rejoin(member, call.request.protocols, group.is_leader(member.id));
  update_member(group, member, call);
  rebalance_.prepare_or_complete(group, {cause, member.id, call.request.reason.value_or("")});
}

}  // namespace tenon::groups
