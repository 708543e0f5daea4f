// SPDX-License-Identifier: Apache-2.0

#include "groups/migration/migration.h"

#include <algorithm>

#include "groups/assignment/consumer_protocol.h"
#include "groups/table/group_records.h"
#include "wire/codec.h"

namespace tenon::groups {
namespace {

using wire::ErrorCode;

std::unexpected<Refusal> stays_classic(const Group& group, std::string_view why) {
  return std::unexpected(
      Refusal{ErrorCode::kGroupIdNotFound,
              "group " + group.id() + " cannot become a consumer group: " + std::string(why)});
}

// What the member speaks of: the group's protocol, or, before it has one, the member's favourite.
const Bytes& words_of(const Group& group, const Member& member) {
  const auto& protocol = group.protocol_name();
  if (protocol && member.supports(*protocol)) return member.metadata(*protocol);
  return member.protocols.front().metadata;
}

MemberWords consumer_words(const Member& member, Subscription subscription) {
  MemberWords words;
  words.instance_id = member.instance_id;
  if (!subscription.rack.empty()) words.rack_id = std::move(subscription.rack);
  words.client_id = member.client_id;
  words.client_host = member.client_host;
  words.topics = std::move(subscription.topics);
  words.rebalance_timeout_ms = member.rebalance_timeout_ms;
  ClassicWords& classic = words.classic.emplace();
  classic.session_timeout_ms = member.session_timeout_ms;
  for (const auto& protocol : member.protocols) {
    classic.protocols.push_back({protocol.name, protocol.metadata});
  }
  return words;
}

}  // namespace

Decision<Records> upgrade_records(const Group& group, const metadata::Image& image) {
  if (group.protocol_type() != kConsumerProtocolType) {
    return stays_classic(group, "its members are no consumers");
  }
  const int32_t epoch = group.generation();
  Partitions given;
  Records records;
  records.push_back(group_tombstone(group.id()));
  records.push_back(epoch_record(group.id(), epoch, 0));
  for (const auto& [id, member] : group.members()) {
    auto subscription = read_subscription(words_of(group, *member), image);
    auto assigned = read_assignment(member->assignment, image);
    if (!subscription || !assigned) {
      return stays_classic(group, "what member " + id + " says cannot be read");
    }
    if (intersects(given, *assigned)) {
      return stays_classic(group, "member " + id + " has a partition that another one has too");
    }
    given = union_of(given, *assigned);
    const MemberProgress progress{.epoch = epoch, .previous_epoch = epoch, .assigned = *assigned};
    records.push_back(words_record(group.id(), id, consumer_words(*member, *subscription)));
    records.push_back(target_record(group.id(), id, *assigned));
    records.push_back(progress_record(group.id(), id, progress));
  }
  records.push_back(assignment_epoch_record(group.id(), epoch));
  return records;
}

wire::GroupMetadataValue classic_value(const ConsumerGroup& group, int32_t generation,
                                       int64_t now_ms, const metadata::Image& image) {
  wire::GroupMetadataValue value;
  value.protocol_type = kConsumerProtocolType;
  value.generation = generation;
  value.current_state_timestamp = now_ms;
  for (const auto& protocol : group.members().begin()->second->words.classic->protocols) {
    if (!group.all_classic_support(protocol.name)) continue;
    value.protocol = protocol.name;
    break;
  }
  value.leader = group.members().begin()->first;
  for (const auto& [id, member] : group.members()) {
    const ClassicWords& classic = *member->words.classic;
    const auto words =
        std::ranges::find(classic.protocols, *value.protocol, &ClassicWords::Protocol::name);
    const auto subscription = read_subscription(words->metadata, image);
    value.members.push_back(
        {.member_id = id,
         .group_instance_id = member->words.instance_id,
         .client_id = member->words.client_id,
         .client_host = member->words.client_host,
         .rebalance_timeout = member->words.rebalance_timeout_ms,
         .session_timeout = classic.session_timeout_ms,
         .subscription = words->metadata,
         .assignment = write_assignment(member->progress.assigned,
                                        subscription ? subscription->version : int16_t{0}, image)});
  }
  return value;
}

Records downgrade_records(const std::string& group_id, const ConsumerGroup& group,
                          const wire::GroupMetadataValue& value) {
  Records records = consumer_group_tombstones(group_id, group);
  records.push_back(group_record(group_id, value));
  return records;
}

}  // namespace tenon::groups
