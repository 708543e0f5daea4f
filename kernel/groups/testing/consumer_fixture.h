// SPDX-License-Identifier: Apache-2.0
//
// What tests of consumer groups share: topics in an image, and members that send heartbeats as
// clients do. A Member knows what its client would know: its epoch, and what it was given.
#pragma once

#include <fmt/format.h>

#include "groups/consumer/consumer_member.h"
#include "groups/testing/group_fixture.h"
#include "metadata/changes.h"
#include "metadata/delta.h"

namespace tenon::groups {

using HeartbeatRequest = wire::ConsumerGroupHeartbeatRequest;
using HeartbeatResponse = wire::ConsumerGroupHeartbeatResponse;
using HeartbeatCall = Call<HeartbeatResponse>;

class ConsumerFixture : public GroupFixture {
 protected:
  ConsumerFixture() {
    config.consumer.assignment_interval_ms.value = 0;
    config.consumer.assignors = {"uniform", "range"};
    add_topic("orders", 4);
    restart();
  }
  // The coordinator's end still reads these.
  ~ConsumerFixture() override { stop(); }

  // A client of the consumer protocol.
  struct Member {
    std::string id;
    std::optional<std::string> instance = std::nullopt;
    std::vector<std::string> topics = {"orders"};
    std::string regex = "";
    std::optional<std::string> assignor = std::nullopt;
    std::string group = "g";
    int32_t rebalance_ms = 30'000;
    int32_t epoch = 0;
    Partitions assigned = {};  // what it was last given
    Partitions owned = {};     // what it says it has
  };

  static Uuid topic_id(std::string_view name) {
    const uint64_t hash = std::hash<std::string_view>{}(name);
    return Uuid::from_random(hash, hash);
  }
  void add_topic(const std::string& name, int32_t partitions, int32_t from = 0) {
    std::vector<metadata::Record> records;
    if (from == 0) {
      records.push_back(wire::TopicRecord{.name = name, .topic_id = topic_id(name)});
    }
    for (int32_t i = from; i < partitions; ++i) {
      records.push_back(metadata::to_record(topic_id(name), {.index = i,
                                                             .leader = BrokerId{1},
                                                             .leader_epoch = LeaderEpoch{0},
                                                             .partition_epoch = 0,
                                                             .replicas = {BrokerId{1}},
                                                             .isr = {BrokerId{1}}}));
    }
    change_image(records);
  }
  void delete_topic(const std::string& name) {
    change_image({wire::RemoveTopicRecord{.topic_id = topic_id(name)}});
  }
  void change_image(const std::vector<metadata::Record>& records) {
    const auto before = image;
    image = metadata::apply(*before, records, before->index() + 1).value();
    if (coordinator) coordinator->on_image(metadata::changes_between(*before, *image));
    run();
  }
  static Partitions parts(const std::string& topic, std::vector<int32_t> numbers) {
    std::vector<IdPartition> all;
    for (const int32_t number : numbers) all.push_back({topic_id(topic), number});
    return make_partitions(std::move(all));
  }

  // Everything that the member could say.
  static HeartbeatRequest full(const Member& member) {
    HeartbeatRequest request = bare(member);
    request.instance_id = member.instance;
    request.rebalance_timeout_ms = member.rebalance_ms;
    request.subscribed_topic_names = member.topics;
    if (!member.regex.empty()) request.subscribed_topic_regex = member.regex;
    request.server_assignor = member.assignor;
    request.topic_partitions =
        to_wire<std::vector<HeartbeatRequest::TopicPartitions>>(member.owned);
    return request;
  }
  // That it is there.
  static HeartbeatRequest bare(const Member& member) {
    HeartbeatRequest request;
    request.group_id = member.group;
    request.member_id = member.id;
    request.member_epoch = member.epoch;
    return request;
  }
  HeartbeatCall start_heartbeat(HeartbeatRequest request, int16_t version = 1) {
    return call(
        coordinator->consumer_group_heartbeat({"client", "10.0.0.1"}, std::move(request), version));
  }
  // The member takes what it is told, gives up what is no longer its own, and says nothing yet.
  static void take(Member& member, const HeartbeatResponse& response) {
    if (response.error_code != 0) return;
    member.epoch = response.member_epoch;
    if (!response.assignment) return;
    member.assigned = from_wire(response.assignment->topic_partitions);
    member.owned = member.assigned;
  }
  HeartbeatResponse send(Member& member, HeartbeatRequest request) {
    auto response = start_heartbeat(std::move(request)).get();
    take(member, response);
    return response;
  }
  // A heartbeat that says what the member has, as clients do after they have given something up.
  ErrorCode beat(Member& member) {
    return static_cast<ErrorCode>(send(member, full(member)).error_code);
  }
  ErrorCode beat_bare(Member& member) {
    return static_cast<ErrorCode>(send(member, bare(member)).error_code);
  }
  Member joined(Member member) {
    TN_ASSERT(beat(member) == ErrorCode::kNone);
    return member;
  }
  ErrorCode say_goodbye(Member& member, int32_t epoch = kLeaveEpoch) {
    HeartbeatRequest request = bare(member);
    request.member_epoch = epoch;
    request.instance_id = member.instance;
    return start_heartbeat(std::move(request)).error();
  }
  // Heartbeats go round until nobody is told anything new.
  void settle_all(std::vector<Member*> members) {
    for (int round = 0; round < 10; ++round) {
      bool changed = false;
      for (Member* member : members) {
        const auto before = std::pair(member->epoch, member->assigned);
        EXPECT_EQ(beat(*member), ErrorCode::kNone) << member->id;
        changed |= before != std::pair(member->epoch, member->assigned);
      }
      if (!changed) return;
    }
    ADD_FAILURE() << "the group does not settle";
  }

  wire::ConsumerGroupDescribeResponse::DescribedGroup described(const std::string& group = "g") {
    return call(coordinator->consumer_group_describe(group)).get();
  }
  // "Stable 3/3": state, group epoch and assignment epoch.
  std::string status(const std::string& group = "g") {
    const auto shown = described(group);
    if (shown.error_code != 0) return "error " + std::to_string(shown.error_code);
    return fmt::format("{} {}/{}", shown.group_state, shown.group_epoch, shown.assignment_epoch);
  }
};

}  // namespace tenon::groups
