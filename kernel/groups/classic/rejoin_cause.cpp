// SPDX-License-Identifier: Apache-2.0

#include "groups/classic/rejoin_cause.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "wire/codec.h"
#include "wire/records/consumer_protocol.h"

namespace tenon::groups {
namespace {

using Subscription = wire::ConsumerProtocolSubscription;

std::optional<Subscription> subscription_in(const Bytes& words) {
  auto decoded = wire::decode_versioned<Subscription>(words);
  if (!decoded) return std::nullopt;
  std::ranges::sort(decoded->topics);
  return std::move(*decoded);
}

bool same_names(const std::vector<Protocol>& a, const std::vector<Protocol>& b) {
  return std::ranges::equal(a, b, {}, &Protocol::name, &Protocol::name);
}

template <class T>
std::set<std::pair<std::string, int32_t>> partitions_of(const std::vector<T>& topics) {
  std::set<std::pair<std::string, int32_t>> all;
  for (const auto& topic : topics) {
    for (const int32_t partition : topic.partitions) all.emplace(topic.topic, partition);
  }
  return all;
}

// A cooperative member that was not assigned all that it said it owned gives the rest up and joins
// again, so that the others can have it.
bool had_to_give_up(const Subscription& said, const Bytes& assigned) {
  const auto decoded = wire::decode_versioned<wire::ConsumerProtocolAssignment>(assigned);
  if (!decoded) return false;
  return !std::ranges::includes(partitions_of(decoded->assigned_partitions),
                                partitions_of(said.owned_partitions));
}

}  // namespace

Cause cause_of_rejoin(const Member& member, const std::vector<Protocol>& words, bool leads) {
  if (!same_names(member.protocols, words)) return Cause::kAssignorChanged;
  for (size_t i = 0; i < words.size(); ++i) {
    const auto before = subscription_in(member.protocols[i].metadata);
    const auto now = subscription_in(words[i].metadata);
    if (!before || !now) continue;
    if (before->topics != now->topics) return Cause::kSubscriptionChanged;
    if (had_to_give_up(*before, member.assignment)) return Cause::kPartitionsGivenUp;
  }
  return leads ? Cause::kLeaderRejoined : Cause::kSubscriptionChanged;
}

}  // namespace tenon::groups
