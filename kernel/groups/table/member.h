// SPDX-License-Identifier: Apache-2.0
//
// A member of a classic group: what it said of itself when it joined, what it was assigned, and the
// requests of it that are parked. Owned by its Group; one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "groups/table/reply.h"
#include "statemachine/timer.h"
#include "wire/groups/join_group.h"
#include "wire/groups/sync_group.h"

namespace tenon::groups {

// A protocol (an assignor's name) and what the member has to say in it.
using Protocol = wire::JoinGroupRequest::JoinGroupRequestProtocol;

// The words in the protocol of that name; empty if it is not among them.
const Bytes& metadata_of(const std::vector<Protocol>& protocols, std::string_view name);

struct Member {
  explicit Member(Scheduler& scheduler) : session(scheduler) {}

  std::string id;
  std::optional<std::string> instance_id;  // set for static members (KIP-345)
  std::string client_id;
  std::string client_host;
  std::string protocol_type;
  int32_t rebalance_timeout_ms = 0;
  int32_t session_timeout_ms = 0;
  std::vector<Protocol> protocols;  // the member's favourite first
  Bytes assignment;
  // Its first JoinGroup is still parked: it does not know its id and cannot send heartbeats.
  bool is_new = false;
  std::optional<Reply<wire::JoinGroupResponse>> awaiting_join;
  std::optional<Reply<wire::SyncGroupResponse>> awaiting_sync;
  statemachine::Timer session;

  bool is_static() const { return instance_id.has_value(); }
  // The member's words in `protocol`; empty if it does not speak it.
  const Bytes& metadata(std::string_view protocol) const {
    return metadata_of(protocols, protocol);
  }
  bool supports(std::string_view protocol) const;
  // Are these the same protocols, in the same order, with the same words?
  bool matches(const std::vector<Protocol>& others) const;
};

}  // namespace tenon::groups
