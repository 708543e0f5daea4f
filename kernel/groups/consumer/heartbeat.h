// SPDX-License-Identifier: Apache-2.0
//
// What a ConsumerGroupHeartbeat comes to (KIP-848), decided on the group as its records say it is.
// A heartbeat has two halves, because an assignor works in between where something has changed:
//
//   subscribe   what the member says of itself; raises the group epoch if that concerns others
//   advance     the member's next step towards the target, and the answer
//
// and there are those that leave. Pure functions; any thread. Nothing here writes: records are
// returned, and become true when they are replayed.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "groups/assignment/assignors.h"
#include "groups/consumer/consumer_group.h"
#include "groups/consumer/consumer_records.h"
#include "groups/request_info.h"
#include "wire/api.h"
#include "wire/groups/consumer_group_heartbeat.h"

namespace tenon::groups {

// Why a request is refused; the text goes to the client.
struct Refusal {
  wire::ErrorCode code = wire::ErrorCode::kNone;
  std::string text;
};
template <class T>
using Decision = std::expected<T, Refusal>;

// A heartbeat with what its sender is known by.
struct Heartbeat {
  RequestInfo info;
  wire::ConsumerGroupHeartbeatRequest request;
  int16_t version = 1;

  bool joins() const { return request.member_epoch == kJoinEpoch; }
  // One that says everything, so that everything is answered.
  bool is_full() const {
    return request.rebalance_timeout_ms != -1 && request.topic_partitions &&
           (request.subscribed_topic_names || request.subscribed_topic_regex);
  }
  // What the member says it has; nothing if it does not say.
  std::optional<Partitions> owned() const;
};

// What is wrong with the request whatever the group; INVALID_REQUEST, UNSUPPORTED_ASSIGNOR,
// INVALID_REGULAR_EXPRESSION.
std::optional<Refusal> check_request(const Heartbeat& heartbeat, const Assignors& assignors);

// The group that a request is held against.
struct GroupView {
  const std::string& id;
  const ConsumerGroup& group;
  size_t max_size;
};

// Why others are concerned.
enum class Concern { kNone, kJoined, kSubscription, kAssignor };

struct Subscribed {
  Records records;
  Concern concern = Concern::kNone;  // other than kNone: the group epoch rises
};
Decision<Subscribed> subscribe(const GroupView& view, const Heartbeat& heartbeat);

struct Advanced {
  Records records;
  MemberProgress progress;  // of the member, when they are replayed
  wire::ConsumerGroupHeartbeatResponse response;
};
// Of a member who is there. FENCED_MEMBER_EPOCH for one that must join again.
Decision<Advanced> advance(const GroupView& view, const Heartbeat& heartbeat,
                           int32_t heartbeat_interval_ms);
// The same without a heartbeat, for members that speak the classic protocol.
std::optional<MemberProgress> next_progress(const ConsumerGroup& group,
                                            const ConsumerMember& member,
                                            const std::optional<Partitions>& owned);

// A member that says goodbye: for good (others are concerned), or for a while.
struct Left {
  Records records;
  std::string member_id;
  bool for_a_while = false;
};
Decision<Left> leave(const GroupView& view, const Heartbeat& heartbeat);

// The records by which members are no more, with the epoch that follows.
Records removal_records(const GroupView& view, const std::vector<std::string>& member_ids);
Record next_epoch_record(const GroupView& view);
// The records by which a static member comes back under another id, without an epoch: it goes on
// from `epoch` with what it had.
Records replacement_records(const GroupView& view, const ConsumerMember& old,
                            const std::string& new_id, const MemberWords& words, int32_t epoch);
// Tombstones of the expressions that nobody will use once `member` says `words`; null = it goes.
Records unused_regexes(const GroupView& view, const ConsumerMember& member,
                       const MemberWords* words);

}  // namespace tenon::groups
