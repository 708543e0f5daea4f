// SPDX-License-Identifier: Apache-2.0

#include "groups/chronicle/cause.h"

#include <fmt/format.h>

#include "base/assert.h"

namespace tenon::groups {

std::string_view to_string(Cause cause) {
  switch (cause) {
    case Cause::kMemberJoined:
      return "member_joined";
    case Cause::kMemberLeft:
      return "member_left";
    case Cause::kSessionExpired:
      return "session_expired";
    case Cause::kDidNotJoin:
      return "did_not_join";
    case Cause::kDidNotSync:
      return "did_not_sync";
    case Cause::kDidNotRevoke:
      return "did_not_revoke";
    case Cause::kSubscriptionChanged:
      return "subscription_changed";
    case Cause::kTopicsChanged:
      return "topics_changed";
    case Cause::kPartitionsGivenUp:
      return "partitions_given_up";
    case Cause::kLeaderRejoined:
      return "leader_rejoined";
    case Cause::kAssignorChanged:
      return "assignor_changed";
    case Cause::kProtocolChanged:
      return "protocol_changed";
    case Cause::kStaticMemberReturned:
      return "static_member_returned";
    case Cause::kGroupTooLarge:
      return "group_too_large";
    case Cause::kAdministrator:
      return "administrator";
    case Cause::kWriteFailed:
      return "write_failed";
  }
  return "";
}

std::string_view in_words(Cause cause) {
  switch (cause) {
    case Cause::kMemberJoined:
      return "a member joined";
    case Cause::kMemberLeft:
      return "a member left";
    case Cause::kSessionExpired:
      return "a member was silent for its session timeout";
    case Cause::kDidNotJoin:
      return "a member did not join again in time";
    case Cause::kDidNotSync:
      return "a member did not ask for its assignment in time";
    case Cause::kDidNotRevoke:
      return "a member did not give partitions up in time";
    case Cause::kSubscriptionChanged:
      return "a member changed its subscription";
    case Cause::kTopicsChanged:
      return "topics or partitions have come or gone";
    case Cause::kPartitionsGivenUp:
      return "a member has given partitions up, which can go to others now";
    case Cause::kLeaderRejoined:
      return "the leader joined again";
    case Cause::kAssignorChanged:
      return "the assignor changed";
    case Cause::kProtocolChanged:
      return "the group changed between the classic and the consumer protocol";
    case Cause::kStaticMemberReturned:
      return "a static member came back";
    case Cause::kGroupTooLarge:
      return "the group is larger than group.max.size";
    case Cause::kAdministrator:
      return "an administrator asked for it";
    case Cause::kWriteFailed:
      return "what was decided could not be written";
  }
  return "";
}

Cause cause_at(size_t index) {
  TN_ASSERT(index < kCauses);
  return static_cast<Cause>(index);
}

std::string Reason::text() const {
  std::string text(in_words(cause));
  if (!member_id.empty()) text += fmt::format(": {}", member_id);
  if (!detail.empty()) text += fmt::format(": {}", detail);
  return text;
}

void CauseCounts::add(const CauseCounts& others) {
  for (size_t i = 0; i < kCauses; ++i) by_cause[i] += others.by_cause[i];
}

}  // namespace tenon::groups
