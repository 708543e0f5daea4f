// SPDX-License-Identifier: Apache-2.0

#include "groups/consumer/heartbeat.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "groups/assignment/topic_regex.h"
#include "groups/consumer/reconcile.h"

namespace tenon::groups {
namespace {

using wire::ErrorCode;
using Request = wire::ConsumerGroupHeartbeatRequest;
using Response = wire::ConsumerGroupHeartbeatResponse;

std::unexpected<Refusal> refuse(ErrorCode code, std::string text) {
  return std::unexpected(Refusal{code, std::move(text)});
}

std::unexpected<Refusal> unknown(std::string_view what, std::string_view id,
                                 const GroupView& view) {
  return refuse(ErrorCode::kUnknownMemberId,
                fmt::format("{} {} is not a member of group {}", what, id, view.id));
}

std::unexpected<Refusal> fenced(const ConsumerMember& member, int32_t epoch) {
  const int32_t known = member.progress.epoch;
  return refuse(ErrorCode::kFencedMemberEpoch,
                fmt::format("member {} comes with epoch {}, which is {} than its epoch {}; it must "
                            "give up its partitions and join again",
                            member.id, epoch, epoch > known ? "greater" : "smaller", known));
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::ranges::sort(names);
  const auto twice = std::ranges::unique(names);
  names.erase(twice.begin(), twice.end());
  return names;
}

// What the member says, over what it said before: a field that is not there did not change.
MemberWords said(const Heartbeat& heartbeat, MemberWords words) {
  const Request& request = heartbeat.request;
  words.client_id = heartbeat.info.client_id;
  words.client_host = heartbeat.info.client_host;
  if (request.instance_id) words.instance_id = request.instance_id;
  if (request.rack_id) words.rack_id = request.rack_id;
  if (request.rebalance_timeout_ms != -1) words.rebalance_timeout_ms = request.rebalance_timeout_ms;
  if (request.subscribed_topic_names) words.topics = sorted(*request.subscribed_topic_names);
  if (request.subscribed_topic_regex) words.regex = *request.subscribed_topic_regex;
  if (request.server_assignor) words.assignor = request.server_assignor;
  words.classic.reset();
  return words;
}

Concern concern_of(const MemberWords& before, const MemberWords& after) {
  if (before.topics != after.topics || before.regex != after.regex) return Concern::kSubscription;
  if (before.rack_id != after.rack_id) return Concern::kSubscription;
  if (before.assignor != after.assignor) return Concern::kAssignor;
  return Concern::kNone;
}

// KIP-848: the answer that brought the current epoch may have been lost; the member then comes with
// the one before, and with nothing that it was not given. One that went away was answered.
bool may_have_missed_answer(const ConsumerMember& member, const Heartbeat& heartbeat) {
  if (member.is_away()) return false;
  const auto owned = heartbeat.owned();
  return heartbeat.request.member_epoch == member.progress.previous_epoch && owned &&
         is_subset(*owned, member.progress.assigned);
}

Decision<const ConsumerMember*> find_member(const GroupView& view, const Heartbeat& heartbeat) {
  const Request& request = heartbeat.request;
  const ConsumerMember* member = nullptr;
  if (request.instance_id) {
    member = view.group.find_static(*request.instance_id);
    if (!member) return unknown("instance", *request.instance_id, view);
    if (member->id != request.member_id) {
      return refuse(ErrorCode::kFencedInstanceId,
                    fmt::format("instance {} of group {} is member {} now, not {}",
                                *request.instance_id, view.id, member->id, request.member_id));
    }
    return member;
  }
  member = view.group.find(request.member_id);
  if (!member) return unknown("member", request.member_id, view);
  return member;
}

// A member that joins, and is here already: its client lost its place (or our answer) and begins
// anew with nothing in its hands. What was its own stays so, and is given out to it again.
Subscribed join_again(const GroupView& view, const ConsumerMember& member,
                      const Heartbeat& heartbeat) {
  Subscribed subscribed;
  const MemberWords words = said(heartbeat, member.words);
  MemberProgress progress;
  progress.assigned = member.progress.assigned;
  if (progress != member.progress) {
    subscribed.records.push_back(progress_record(view.id, member.id, progress));
  }
  if (words == member.words) return subscribed;
  std::ranges::move(unused_regexes(view, member, &words), std::back_inserter(subscribed.records));
  subscribed.records.push_back(words_record(view.id, member.id, words));
  subscribed.concern = concern_of(member.words, words);
  return subscribed;
}

Decision<Subscribed> join_static(const GroupView& view, const ConsumerMember& old,
                                 const Heartbeat& heartbeat) {
  if (old.id == heartbeat.request.member_id) return join_again(view, old, heartbeat);
  // KIP-848: an instance that is still there must say goodbye first, or be silent for its session.
  if (!old.is_away() && !old.words.classic) {
    return refuse(ErrorCode::kUnreleasedInstanceId,
                  fmt::format("instance {} of group {} is still in use by member {}; it is free "
                              "when that leaves, or has been silent for its session timeout",
                              *old.words.instance_id, view.id, old.id));
  }
  const MemberWords words = said(heartbeat, old.words);
  Subscribed subscribed;
  subscribed.records =
      replacement_records(view, old, heartbeat.request.member_id, words, kJoinEpoch);
  subscribed.concern = concern_of(old.words, words);
  // It was here as somebody else, and what that one was to have is for others now.
  if (view.group.find(heartbeat.request.member_id)) subscribed.concern = Concern::kSubscription;
  return subscribed;
}

Decision<Subscribed> join(const GroupView& view, const Heartbeat& heartbeat) {
  const Request& request = heartbeat.request;
  const ConsumerMember* known = view.group.find(request.member_id);
  if (request.instance_id) {
    if (const ConsumerMember* old = view.group.find_static(*request.instance_id)) {
      return join_static(view, *old, heartbeat);
    }
  }
  if (known) return join_again(view, *known, heartbeat);
  if (view.group.members().size() >= view.max_size) {
    return refuse(ErrorCode::kGroupMaxSizeReached,
                  fmt::format("group {} has {} members, which is the most it may have "
                              "(group.consumer.max.size)",
                              view.id, view.group.members().size()));
  }
  Subscribed subscribed;
  subscribed.records.push_back(words_record(view.id, request.member_id, said(heartbeat, {})));
  subscribed.concern = Concern::kJoined;
  return subscribed;
}

Decision<Subscribed> go_on(const GroupView& view, const Heartbeat& heartbeat) {
  const auto found = find_member(view, heartbeat);
  if (!found) return std::unexpected(found.error());
  const ConsumerMember& member = **found;
  const int32_t epoch = heartbeat.request.member_epoch;
  if (epoch != member.progress.epoch && !may_have_missed_answer(member, heartbeat)) {
    return fenced(member, epoch);
  }
  Subscribed subscribed;
  const MemberWords words = said(heartbeat, member.words);
  if (words == member.words) return subscribed;
  subscribed.records = unused_regexes(view, member, &words);
  subscribed.records.push_back(words_record(view.id, member.id, words));
  subscribed.concern = concern_of(member.words, words);
  return subscribed;
}

std::optional<Refusal> check_join(const Request& request) {
  if (request.rebalance_timeout_ms == -1) {
    return Refusal{ErrorCode::kInvalidRequest, "RebalanceTimeoutMs must be given when joining"};
  }
  if (!request.topic_partitions || !request.topic_partitions->empty()) {
    return Refusal{ErrorCode::kInvalidRequest, "TopicPartitions must be empty when joining"};
  }
  if (!request.subscribed_topic_names && !request.subscribed_topic_regex) {
    return Refusal{ErrorCode::kInvalidRequest,
                   "SubscribedTopicNames or SubscribedTopicRegex must be given when joining"};
  }
  return std::nullopt;
}

std::optional<Refusal> check_ids(const Heartbeat& heartbeat) {
  const Request& request = heartbeat.request;
  const auto invalid = [](const char* text) { return Refusal{ErrorCode::kInvalidRequest, text}; };
  if (request.group_id.empty()) return invalid("GroupId must not be empty");
  // KIP-1082: from version 1 on a member makes its own id.
  if (request.member_id.empty() && (heartbeat.version >= 1 || !heartbeat.joins())) {
    return invalid("MemberId must not be empty");
  }
  if (request.instance_id && request.instance_id->empty()) {
    return invalid("InstanceId must not be empty");
  }
  if (request.rack_id && request.rack_id->empty()) return invalid("RackId must not be empty");
  if (request.member_epoch < kLeaveStaticEpoch) return invalid("MemberEpoch is less than -2");
  if (request.member_epoch == kLeaveStaticEpoch && !request.instance_id) {
    return invalid("InstanceId must be given by a static member that leaves for a while");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Partitions> Heartbeat::owned() const {
  if (!request.topic_partitions) return std::nullopt;
  return from_wire(*request.topic_partitions);
}

std::optional<Refusal> check_request(const Heartbeat& heartbeat, const Assignors& assignors) {
  const Request& request = heartbeat.request;
  if (auto refusal = check_ids(heartbeat)) return refusal;
  if (heartbeat.joins()) {
    if (auto refusal = check_join(request)) return refusal;
  }
  if (request.server_assignor && !assignors.has(*request.server_assignor)) {
    return Refusal{ErrorCode::kUnsupportedAssignor,
                   fmt::format("assignor {} is not loaded here; there are: {}",
                               *request.server_assignor, fmt::join(assignors.names(), ", "))};
  }
  if (request.subscribed_topic_regex && !request.subscribed_topic_regex->empty()) {
    if (auto regex = TopicRegex::compile(*request.subscribed_topic_regex); !regex) {
      return Refusal{ErrorCode::kInvalidRegularExpression, regex.error().text()};
    }
  }
  return std::nullopt;
}

Decision<Subscribed> subscribe(const GroupView& view, const Heartbeat& heartbeat) {
  auto subscribed = heartbeat.joins() ? join(view, heartbeat) : go_on(view, heartbeat);
  if (subscribed && subscribed->concern != Concern::kNone) {
    subscribed->records.push_back(next_epoch_record(view));
  }
  return subscribed;
}

std::optional<MemberProgress> next_progress(const ConsumerGroup& group,
                                            const ConsumerMember& member,
                                            const std::optional<Partitions>& owned) {
  // Nothing has ever been assigned: there is no epoch to come to.
  if (group.assignment_epoch() == 0) return member.progress;
  return reconcile(
      member.progress,
      {.epoch = group.assignment_epoch(), .partitions = group.target_of(member.id)},
      {.owned = owned ? &*owned : nullptr,
       .is_taken = [&group](const IdPartition& one) { return group.owner(one) != nullptr; }});
}

Decision<Advanced> advance(const GroupView& view, const Heartbeat& heartbeat,
                           int32_t heartbeat_interval_ms) {
  const ConsumerMember* member = view.group.find(heartbeat.request.member_id);
  if (!member) return unknown("member", heartbeat.request.member_id, view);
  auto next = next_progress(view.group, *member, heartbeat.owned());
  if (!next) return fenced(*member, heartbeat.request.member_epoch);
  Advanced advanced;
  if (*next != member->progress) {
    advanced.records.push_back(progress_record(view.id, member->id, *next));
  }
  Response& response = advanced.response;
  response.member_id = member->id;
  response.member_epoch = next->epoch;
  response.heartbeat_interval_ms = heartbeat_interval_ms;
  if (heartbeat.joins() || heartbeat.is_full() || next->assigned != member->progress.assigned) {
    response.assignment = Response::Assignment{
        .topic_partitions = to_wire<std::vector<Response::TopicPartitions>>(next->assigned)};
  }
  advanced.progress = std::move(*next);
  return advanced;
}

Decision<Left> leave(const GroupView& view, const Heartbeat& heartbeat) {
  const auto found = find_member(view, heartbeat);
  if (!found) return std::unexpected(found.error());
  const ConsumerMember& member = **found;
  Left left{.records = {},
            .member_id = member.id,
            .for_a_while = heartbeat.request.member_epoch == kLeaveStaticEpoch};
  if (left.for_a_while) {
    MemberProgress away = member.progress;
    away.epoch = kLeaveStaticEpoch;
    away.revoking.clear();
    left.records.push_back(progress_record(view.id, member.id, away));
  } else {
    left.records = removal_records(view, {member.id});
  }
  return left;
}

Record next_epoch_record(const GroupView& view) {
  return epoch_record(view.id, view.group.epoch() + 1, view.group.metadata_hash());
}

Records removal_records(const GroupView& view, const std::vector<std::string>& member_ids) {
  Records records;
  for (const std::string& id : member_ids) {
    for (Record& each : member_tombstones(view.id, id)) records.push_back(std::move(each));
    if (const ConsumerMember* member = view.group.find(id)) {
      for (Record& each : unused_regexes(view, *member, nullptr)) {
        records.push_back(std::move(each));
      }
    }
  }
  records.push_back(next_epoch_record(view));
  return records;
}

Records replacement_records(const GroupView& view, const ConsumerMember& old,
                            const std::string& new_id, const MemberWords& words, int32_t epoch) {
  MemberProgress progress;
  progress.epoch = epoch;
  progress.assigned = old.progress.assigned;
  Records records = member_tombstones(view.id, old.id);
  for (Record& each : unused_regexes(view, old, &words)) records.push_back(std::move(each));
  records.push_back(words_record(view.id, new_id, words));
  records.push_back(target_record(view.id, new_id, view.group.target_of(old.id)));
  records.push_back(progress_record(view.id, new_id, progress));
  return records;
}

Records unused_regexes(const GroupView& view, const ConsumerMember& member,
                       const MemberWords* words) {
  Records records;
  const std::string& before = member.words.regex;
  if (before.empty() || (words && words->regex == before)) return records;
  const bool others = std::ranges::any_of(view.group.members(), [&](const auto& entry) {
    return entry.second.get() != &member && entry.second->words.regex == before;
  });
  if (!others && view.group.regexes().contains(before)) {
    records.push_back(regex_tombstone(view.id, before));
  }
  return records;
}

}  // namespace tenon::groups
