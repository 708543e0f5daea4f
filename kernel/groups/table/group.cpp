// SPDX-License-Identifier: Apache-2.0

#include "groups/table/group.h"

#include <algorithm>

#include "base/assert.h"
#include "wire/codec.h"
#include "wire/records/consumer_protocol.h"

namespace tenon::groups {

std::string_view to_string(GroupState state) {
  switch (state) {
    case GroupState::kEmpty:
      return "Empty";
    case GroupState::kPreparingRebalance:
      return "PreparingRebalance";
    case GroupState::kCompletingRebalance:
      return "CompletingRebalance";
    case GroupState::kStable:
      return "Stable";
    case GroupState::kDead:
      return "Dead";
  }
  return "";
}

Group::Group(std::string id, Scheduler& scheduler)
    : join_timer(scheduler), sync_timer(scheduler), id_(std::move(id)), scheduler_(scheduler) {}

void Group::transition_to(GroupState to, int64_t now_ms) {
  TN_ASSERT(state_ != GroupState::kDead || to == GroupState::kDead);
  TN_ASSERT(to != GroupState::kStable || state_ == GroupState::kCompletingRebalance);
  TN_ASSERT(to != GroupState::kCompletingRebalance || state_ == GroupState::kPreparingRebalance);
  previous_state_ = std::exchange(state_, to);
  // Dead is not a state to have been in: a group may be revived.
  if (to != GroupState::kDead) state_since_ms_ = now_ms;
}

void Group::begin_deletion(int64_t now_ms) {
  transition_to(GroupState::kDead, now_ms);
  being_deleted_ = true;
}

void Group::revive() {
  TN_ASSERT(being_deleted_ && members_.empty());
  being_deleted_ = false;
  state_ = GroupState::kEmpty;
}

bool Group::is_blank() const {
  return is(GroupState::kEmpty) && generation_ == 0 && !persisted_ && pending_.empty() &&
         consumer == nullptr && offsets.empty();
}

void Group::forget_classic() {
  TN_ASSERT(awaiting_join_ == 0);
  members_.clear();
  static_members_.clear();
  pending_.clear();
  pending_syncs_.clear();
  protocol_counts_.clear();
  protocol_type_.reset();
  protocol_name_.reset();
  leader_.reset();
  subscribed_topics_.reset();
  state_since_ms_.reset();
  join_timer.cancel();
  sync_timer.cancel();
  generation_ = 0;
  persisted_ = false;
  migrating = false;
  if (!is(GroupState::kDead)) state_ = GroupState::kEmpty;
}

Member* Group::find(std::string_view member_id) const {
  const auto it = members_.find(member_id);
  return it == members_.end() ? nullptr : it->second.get();
}

const std::string* Group::static_member(std::string_view instance_id) const {
  const auto it = static_members_.find(instance_id);
  return it == static_members_.end() ? nullptr : &it->second;
}

Member& Group::add(std::unique_ptr<Member> added) {
  Member& member = *added;
  TN_ASSERT(!has(member.id));
  if (members_.empty()) protocol_type_ = member.protocol_type;
  if (!leader_) leader_ = member.id;
  if (member.instance_id) {
    TN_ASSERT(static_members_.emplace(*member.instance_id, member.id).second);
  }
  pending_.erase(member.id);
  count_protocols(member, +1);
  members_.emplace(member.id, std::move(added));
  return member;
}

void Group::remove(std::string_view member_id) {
  const std::string id(member_id);
  pending_.erase(id);
  pending_syncs_.erase(id);
  const auto it = members_.find(id);
  if (it == members_.end()) return;
  TN_ASSERT(!it->second->awaiting_join && !it->second->awaiting_sync);
  count_protocols(*it->second, -1);
  if (it->second->instance_id) static_members_.erase(*it->second->instance_id);
  members_.erase(it);
  if (is_leader(id)) {
    leader_.reset();
    if (!members_.empty()) leader_ = members_.begin()->first;
  }
}

Member& Group::replace_static(const std::string& old_id, const std::string& new_id) {
  auto node = members_.extract(old_id);
  TN_ASSERT(node && node.mapped()->instance_id);
  Member& member = *node.mapped();
  TN_ASSERT(!member.awaiting_join && !member.awaiting_sync);
  member.session.cancel();
  member.id = new_id;
  node.key() = new_id;
  TN_ASSERT(members_.insert(std::move(node)).inserted);
  static_members_[*member.instance_id] = new_id;
  pending_syncs_.erase(old_id);
  if (is_leader(old_id)) leader_ = new_id;
  return member;
}

void Group::set_protocols(Member& member, std::vector<Protocol> protocols) {
  count_protocols(member, -1);
  member.protocols = std::move(protocols);
  count_protocols(member, +1);
}

wire::ErrorCode Group::validate_member(std::string_view member_id,
                                       const std::optional<std::string>& instance_id) const {
  if (instance_id) {
    const std::string* owner = static_member(*instance_id);
    if (!owner) return wire::ErrorCode::kUnknownMemberId;
    if (*owner != member_id) return wire::ErrorCode::kFencedInstanceId;
  }
  return has(member_id) ? wire::ErrorCode::kNone : wire::ErrorCode::kUnknownMemberId;
}

statemachine::Timer& Group::add_pending(const std::string& member_id,
                                        std::shared_ptr<const void> charge) {
  auto& pending = pending_[member_id];
  pending.reset(new Pending{statemachine::Timer(scheduler_), std::move(charge)});
  return pending->timer;
}

void Group::park_join(Member& member, Reply<wire::JoinGroupResponse> reply) {
  TN_ASSERT(!member.awaiting_join);
  member.awaiting_join.emplace(std::move(reply));
  ++awaiting_join_;
}

void Group::answer_join(Member& member, wire::JoinGroupResponse response) {
  if (!member.awaiting_join) return;
  --awaiting_join_;
  std::exchange(member.awaiting_join, std::nullopt)->send(std::move(response));
}

bool Group::supports_protocols(std::string_view type,
                               const std::vector<Protocol>& protocols) const {
  if (is(GroupState::kEmpty)) return !type.empty() && !protocols.empty();
  if (protocol_type_ != type) return false;
  return std::ranges::any_of(protocols,
                             [this](const Protocol& each) { return all_support(each.name); });
}

bool Group::all_support(const std::string& protocol) const {
  const auto it = protocol_counts_.find(protocol);
  const size_t count = it == protocol_counts_.end() ? 0 : it->second;
  return count == members_.size();
}

// A name that a member gives twice counts once, or it could stand for a second member.
void Group::count_protocols(const Member& member, int by) {
  std::set<std::string_view> names;
  for (const Protocol& protocol : member.protocols) names.insert(protocol.name);
  for (const std::string_view name : names) {
    size_t& count = protocol_counts_[std::string(name)];
    count += static_cast<size_t>(by);
    if (count == 0) protocol_counts_.erase(protocol_counts_.find(name));
  }
}

std::string Group::select_protocol() const {
  TN_ASSERT(!members_.empty());
  std::map<std::string_view, size_t> votes;
  for (const auto& [id, member] : members_) {
    const auto vote = std::ranges::find_if(
        member->protocols, [this](const Protocol& each) { return all_support(each.name); });
    TN_ASSERT(vote != member->protocols.end());
    ++votes[vote->name];
  }
  const auto most =
      std::ranges::max_element(votes, {}, [](const auto& entry) { return entry.second; });
  return std::string(most->first);
}

std::string Group::select_protocol_if(Member& member, const std::vector<Protocol>& protocols) {
  std::vector<Protocol> now = member.protocols;
  set_protocols(member, protocols);
  std::string selected = select_protocol();
  set_protocols(member, std::move(now));
  return selected;
}

int32_t Group::rebalance_timeout_ms() const {
  int32_t longest = 0;
  for (const auto& [id, member] : members_) {
    longest = std::max(longest, member->rebalance_timeout_ms);
  }
  return longest;
}

bool Group::elect_joined_leader() {
  if (!leader_) return false;
  const Member* leader = find(*leader_);
  if (leader && leader->awaiting_join) return true;
  for (const auto& [id, member] : members_) {
    if (!member->awaiting_join) continue;
    leader_ = id;
    return true;
  }
  return false;
}

void Group::start_generation(int64_t now_ms) {
  TN_ASSERT(!members_.empty());
  ++generation_;
  pending_syncs_.clear();
  protocol_name_ = select_protocol();
  transition_to(GroupState::kCompletingRebalance, now_ms);
  read_subscriptions();
}

std::vector<wire::JoinGroupResponse::JoinGroupResponseMember> Group::member_list() const {
  std::vector<wire::JoinGroupResponse::JoinGroupResponseMember> list;
  list.reserve(members_.size());
  for (const auto& [id, member] : members_) {
    list.push_back({id, member->instance_id, member->metadata(protocol_name_.value_or(""))});
  }
  return list;
}

bool Group::is_subscribed_to(std::string_view topic) const {
  if (consumer) return consumer->is_subscribed_to(topic);
  if (subscribed_topics_) return subscribed_topics_->contains(topic);
  return protocol_type_ == kConsumerProtocolType && !members_.empty();
}

void Group::read_subscriptions() {
  subscribed_topics_.reset();
  if (protocol_type_ != kConsumerProtocolType) return;
  std::set<std::string, std::less<>> topics;
  for (const auto& [id, member] : members_) {
    auto subscription = wire::decode_versioned<wire::ConsumerProtocolSubscription>(
        member->metadata(protocol_name_.value_or("")));
    if (!subscription) return;
    for (std::string& topic : subscription->topics) topics.insert(std::move(topic));
  }
  subscribed_topics_ = std::move(topics);
}

void Group::restore(Restored restored, std::vector<std::unique_ptr<Member>> members) {
  TN_ASSERT(members_.empty());
  generation_ = restored.generation;
  pending_syncs_.clear();
  for (auto& member : members) add(std::move(member));
  if (!restored.protocol_type.empty()) protocol_type_ = std::move(restored.protocol_type);
  protocol_name_ = std::move(restored.protocol_name);
  if (restored.leader && has(*restored.leader)) leader_ = std::move(restored.leader);
  state_ = members_.empty() ? GroupState::kEmpty : GroupState::kStable;
  state_since_ms_ = restored.state_since_ms;
  persisted_ = true;
  read_subscriptions();
}

}  // namespace tenon::groups
