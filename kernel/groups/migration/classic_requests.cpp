// SPDX-License-Identifier: Apache-2.0

#include "groups/migration/classic_requests.h"

#include <fmt/format.h>

#include <algorithm>

#include "groups/table/group.h"

namespace tenon::groups {
namespace {

using wire::ErrorCode;

std::unexpected<Refusal> refuse(ErrorCode code, std::string text) {
  return std::unexpected(Refusal{code, std::move(text)});
}

MemberWords words_of(const ClassicJoin& join) {
  const wire::JoinGroupRequest& request = join.request;
  MemberWords words;
  words.instance_id = request.group_instance_id;
  if (!join.subscription.rack.empty()) words.rack_id = join.subscription.rack;
  words.client_id = join.info.client_id;
  words.client_host = join.info.client_host;
  words.topics = join.subscription.topics;
  // Version 0 has one timeout for both.
  words.rebalance_timeout_ms =
      request.rebalance_timeout_ms < 0 ? request.session_timeout_ms : request.rebalance_timeout_ms;
  ClassicWords& classic = words.classic.emplace();
  classic.session_timeout_ms = request.session_timeout_ms;
  for (const auto& protocol : request.protocols) {
    classic.protocols.push_back({protocol.name, protocol.metadata});
  }
  return words;
}

// A protocol that the others of the classic protocol speak too; its words count.
const wire::JoinGroupRequest::JoinGroupRequestProtocol* shared_protocol(
    const GroupView& view, const wire::JoinGroupRequest& request) {
  const auto shared = std::ranges::find_if(request.protocols, [&view](const auto& protocol) {
    return view.group.all_classic_support(protocol.name);
  });
  return shared == request.protocols.end() ? nullptr : &*shared;
}

// Members of the classic protocol have no expressions and choose no assignor.
Concern concern_of(const MemberWords& before, const MemberWords& after) {
  const bool same =
      before.topics == after.topics && before.regex.empty() && before.rack_id == after.rack_id;
  return same ? Concern::kNone : Concern::kSubscription;
}

Subscribed change_words(const GroupView& view, const ConsumerMember& member, MemberWords words) {
  Subscribed subscribed;
  // Who is a static member stays one until it leaves.
  if (!words.instance_id) words.instance_id = member.words.instance_id;
  if (words == member.words) return subscribed;
  subscribed.concern = concern_of(member.words, words);
  subscribed.records = unused_regexes(view, member, &words);
  subscribed.records.push_back(words_record(view.id, member.id, words));
  return subscribed;
}

Decision<Subscribed> join_static(const GroupView& view, const ClassicJoin& join,
                                 const ConsumerMember& old) {
  const std::string& id = join.request.member_id;
  MemberWords words = words_of(join);
  if (old.id == id) return change_words(view, old, std::move(words));
  // As in a classic group: only one that has just started may take the place of the one before.
  if (!join.has_new_id) {
    return refuse(ErrorCode::kFencedInstanceId,
                  fmt::format("instance {} is member {} now", *words.instance_id, old.id));
  }
  Subscribed subscribed;
  subscribed.concern = concern_of(old.words, words);
  subscribed.records = replacement_records(view, old, id, words, kJoinEpoch);
  return subscribed;
}

}  // namespace

Decision<ClassicJoin> read_join(const GroupView& view, RequestInfo info,
                                wire::JoinGroupRequest request, const metadata::Image& image) {
  const auto inconsistent = [&view](std::string_view why) {
    return refuse(ErrorCode::kInconsistentGroupProtocol,
                  fmt::format("group {} is a consumer group, and {}", view.id, why));
  };
  if (request.protocol_type != kConsumerProtocolType) {
    return inconsistent("who joins is no consumer");
  }
  const auto* protocol = shared_protocol(view, request);
  if (!protocol) return inconsistent("who joins speaks no protocol that its members share");
  auto subscription = read_subscription(protocol->metadata, image);
  if (!subscription) return inconsistent("what who joins subscribes to cannot be read");
  return ClassicJoin{std::move(info), std::move(request), std::move(*subscription)};
}

Decision<Subscribed> subscribe(const GroupView& view, const ClassicJoin& join) {
  const wire::JoinGroupRequest& request = join.request;
  const ConsumerMember* member = view.group.find(request.member_id);
  Subscribed subscribed;
  const ConsumerMember* old =
      request.group_instance_id ? view.group.find_static(*request.group_instance_id) : nullptr;
  if (old) {
    auto joined = join_static(view, join, *old);
    if (!joined) return joined;
    subscribed = std::move(*joined);
  } else if (request.group_instance_id && !join.has_new_id) {
    return refuse(ErrorCode::kUnknownMemberId,
                  "no member has instance id " + *request.group_instance_id);
  } else if (member) {
    subscribed = change_words(view, *member, words_of(join));
  } else {
    if (view.group.members().size() >= view.max_size) {
      return refuse(ErrorCode::kGroupMaxSizeReached,
                    fmt::format("group {} has {} members, which is the most it may have", view.id,
                                view.group.members().size()));
    }
    subscribed.records.push_back(words_record(view.id, request.member_id, words_of(join)));
    subscribed.concern = Concern::kJoined;
  }
  if (subscribed.concern != Concern::kNone) subscribed.records.push_back(next_epoch_record(view));
  return subscribed;
}

Partitions owned_by(const ConsumerMember& member, const Subscription& subscription) {
  return intersection_of(subscription.owned,
                         union_of(member.progress.assigned, member.progress.revoking));
}

wire::JoinGroupResponse join_response(const ConsumerMember& member,
                                      const MemberProgress& progress) {
  wire::JoinGroupResponse response;
  response.member_id = member.id;
  response.generation_id = progress.epoch;
  response.protocol_type = std::string(kConsumerProtocolType);
  response.protocol_name = member.words.classic->protocols.front().name;
  return response;
}

Decision<const ConsumerMember*> find_classic(const GroupView& view, const std::string& member_id,
                                             const std::optional<std::string>& instance_id,
                                             std::optional<int32_t> generation) {
  const ConsumerMember* member = view.group.find(member_id);
  if (instance_id) {
    const ConsumerMember* owner = view.group.find_static(*instance_id);
    if (!owner) {
      return refuse(ErrorCode::kUnknownMemberId, "no member has instance id " + *instance_id);
    }
    if (owner->id != member_id) {
      return refuse(ErrorCode::kFencedInstanceId,
                    "instance " + *instance_id + " is member " + owner->id + " now");
    }
  }
  if (!member || !member->words.classic) {
    return refuse(ErrorCode::kUnknownMemberId, "member " + member_id + " is not of the group");
  }
  if (generation && *generation != member->progress.epoch) {
    return refuse(ErrorCode::kIllegalGeneration, "the member's generation is another");
  }
  return member;
}

bool must_join(const ConsumerGroup& group, const ConsumerMember& member) {
  switch (member.progress.state) {
    case MemberState::kUnrevokedPartitions:
      return true;
    case MemberState::kUnreleasedPartitions:
      return member.progress.epoch < group.assignment_epoch() || !group.waits_for(member);
    case MemberState::kStable:
    case MemberState::kUnknown:
      return member.progress.epoch < group.assignment_epoch();
  }
  return false;
}

}  // namespace tenon::groups
