// SPDX-License-Identifier: Apache-2.0
//
// What tests of group handlers share: the offsets topic, and a member who joins. What groups do is
// tested in groups/; here, that a request gets there and its answer, or why there is none, comes
// back in the version's shape.
#pragma once

#include "groups/partitioning.h"
#include "handlers/groups/consumer_group_heartbeat.h"
#include "handlers/groups/find_coordinator.h"
#include "handlers/groups/join_group.h"
#include "handlers/groups/sync_group.h"
#include "handlers/offsets/offset_commit.h"
#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {

class GroupHandlerTest : public HandlerTest {
 protected:
  // As clients do first; makes the offsets topic.
  void find_coordinator() { ask(handle_find_coordinator, {.key = "g", .coordinator_keys = {"g"}}); }

  static wire::JoinGroupRequest join_request(const std::string& group,
                                             const std::string& member = "") {
    wire::JoinGroupRequest request;
    request.group_id = group;
    request.member_id = member;
    request.session_timeout_ms = 10'000;
    request.rebalance_timeout_ms = 60'000;
    request.protocol_type = "consumer";
    request.protocols.push_back({.name = "range", .metadata = Bytes{1, 2}});
    return request;
  }
  wire::JoinGroupResponse join(const std::string& group, const std::string& member = "",
                               int16_t version = 3) {
    return ask(handle_join_group, join_request(group, member), version);
  }
  wire::SyncGroupResponse sync(const std::string& group, const wire::JoinGroupResponse& joined) {
    wire::SyncGroupRequest request;
    request.group_id = group;
    request.generation_id = joined.generation_id;
    request.member_id = joined.member_id;
    request.assignments.push_back({.member_id = joined.member_id, .assignment = Bytes{7}});
    return ask(handle_sync_group, std::move(request));
  }
  // A group of one member in generation 1.
  wire::JoinGroupResponse stable(const std::string& group) {
    find_coordinator();
    auto joined = join(group);
    EXPECT_EQ(code(joined.error_code), wire::ErrorCode::kNone);
    EXPECT_EQ(code(sync(group, joined).error_code), wire::ErrorCode::kNone);
    return joined;
  }
  // A member of a consumer group, which reads the topic "t".
  static wire::ConsumerGroupHeartbeatRequest consumer_join_request(const std::string& group) {
    wire::ConsumerGroupHeartbeatRequest request;
    request.group_id = group;
    request.member_id = "m";
    request.rebalance_timeout_ms = 60'000;
    request.subscribed_topic_names = {"t"};
    request.topic_partitions.emplace();
    return request;
  }
  // The member is in epoch 1 then.
  wire::ConsumerGroupHeartbeatResponse join_consumer_group(const std::string& group) {
    auto joined = ask(handle_consumer_group_heartbeat, consumer_join_request(group));
    EXPECT_EQ(code(joined.error_code), wire::ErrorCode::kNone) << joined.error_message.value_or("");
    EXPECT_EQ(joined.member_epoch, 1);
    return joined;
  }
  wire::OffsetCommitResponse commit(const std::string& group, const std::string& name,
                                    std::vector<int32_t> indexes, int64_t offset = 5) {
    wire::OffsetCommitRequest request;
    request.group_id = group;
    auto& to = request.topics.emplace_back();
    to.name = name;
    for (const int32_t index : indexes) {
      to.partitions.push_back({.partition_index = index, .committed_offset = offset});
    }
    return ask(handle_offset_commit, std::move(request));
  }
};

}  // namespace tenon::handlers
