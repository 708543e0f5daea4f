// SPDX-License-Identifier: Apache-2.0
//
// What tests of groups share: a coordinator on a simulated clock and log, and the verbs of its
// clients. A verb makes a request and lets everything run that can run without time passing; a
// request that stays parked is held as a Call and looked at later.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/sim_scheduler.h"
#include "groups/group_coordinator.h"
#include "groups/table/group_records.h"
#include "groups/testing/sim_assignors.h"
#include "statemachine/sim_log.h"
#include "wire/api.h"
#include "wire/codec.h"
#include "wire/records/consumer_protocol.h"

namespace tenon::groups {

using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::ErrorCode;

inline Bytes bytes_of(std::string_view text) {
  return Bytes(text.begin(), text.end());
}
inline std::string text_of(const Bytes& bytes) {
  return std::string(bytes.begin(), bytes.end());
}

// A subscription as consumers encode it.
inline Bytes subscription(std::vector<std::string> topics) {
  return wire::encode_versioned(wire::ConsumerProtocolSubscription{.topics = std::move(topics)}, 1);
}

// A request on its way.
template <class T>
class Call {
 public:
  explicit Call(Future<T> future) : future_(std::move(future)) {}
  bool answered() const { return answer_ || future_.ready(); }
  const T& get() {
    TN_ASSERT(answered());
    if (!answer_) answer_ = future_.await_resume();
    return *answer_;
  }
  ErrorCode error() { return static_cast<ErrorCode>(get().error_code); }

 private:
  Future<T> future_;
  std::optional<T> answer_;
};
using JoinCallResult = Call<wire::JoinGroupResponse>;
using SyncCallResult = Call<wire::SyncGroupResponse>;
using LeaveCallResult = Call<wire::LeaveGroupResponse>;
using CommitCallResult = Call<wire::OffsetCommitResponse>;

// How a client joins, where it matters to the test.
struct Join {
  std::string member_id{};
  std::string client = "client";
  std::optional<std::string> instance{};
  std::string type = "consumer";
  std::vector<Protocol> protocols = {{"range", subscription({"orders"})}};
  int32_t session_ms = 10'000;
  int32_t rebalance_ms = 60'000;
  int16_t version = 9;
  std::string group = "g";
};

class GroupFixture : public ::testing::Test {
 protected:
  GroupFixture() {
    set_log_level(LogLevel::kOff);
    config.initial_rebalance_delay_ms = 3'000;
    restart();
  }
  ~GroupFixture() override {
    stop();
    set_log_level(LogLevel::kInfo);
  }

  // A new coordinator over the same log, with the config as it is now.
  void restart() {
    stop();
    coordinator = std::make_unique<GroupCoordinator>(parts());
    loaded.emplace(start(coordinator->load()));
    run();
  }
  GroupCoordinator::Parts parts() {
    return {.scheduler = scheduler,
            .random = random,
            .log = log,
            .config = config,
            .name = "__consumer_offsets-0",
            .assignors = assignors,
            .image = [this] { return image; }};
  }
  void stop() {
    if (!coordinator) return;
    log.release();
    auto stopped = start(coordinator->stop());
    run();
    TN_ASSERT(stopped.ready());
    coordinator.reset();
  }
  void run() { scheduler.run(); }
  void pass(Duration time) { scheduler.advance(time); }

  // JoinGroup as it is, without the second round of KIP-394.
  JoinCallResult start_join(Join join = {}) {
    wire::JoinGroupRequest request;
    request.group_id = join.group;
    request.member_id = join.member_id;
    request.group_instance_id = join.instance;
    request.protocol_type = join.type;
    request.protocols = join.protocols;
    request.session_timeout_ms = join.session_ms;
    request.rebalance_timeout_ms = join.version == 0 ? -1 : join.rebalance_ms;
    return call(
        coordinator->join_group({join.client, "10.0.0.1"}, std::move(request), join.version));
  }
  // A dynamic member as a real client does it: with the id that it is given.
  JoinCallResult join(Join join = {}) {
    if (join.member_id.empty() && !join.instance) join.member_id = new_id(join);
    return start_join(join);
  }
  std::string new_id(const Join& join = {}) {
    auto first = start_join(join);
    TN_ASSERT(first.error() == ErrorCode::kMemberIdRequired);
    return first.get().member_id;
  }

  using Shares = std::vector<std::pair<std::string, std::string>>;  // member id, assignment
  SyncCallResult sync(const std::string& member_id, int32_t generation, Shares shares = {}) {
    wire::SyncGroupRequest request;
    request.group_id = "g";
    request.member_id = member_id;
    request.generation_id = generation;
    for (auto& [id, share] : shares) request.assignments.push_back({id, bytes_of(share)});
    return send_sync(std::move(request));
  }
  SyncCallResult send_sync(wire::SyncGroupRequest request) {
    return call(coordinator->sync_group({"client", "10.0.0.1"}, std::move(request), 5));
  }

  ErrorCode heartbeat(const std::string& member_id, int32_t generation,
                      std::optional<std::string> instance = std::nullopt,
                      const std::string& group = "g") {
    wire::HeartbeatRequest request;
    request.group_id = group;
    request.member_id = member_id;
    request.generation_id = generation;
    request.group_instance_id = std::move(instance);
    return call(coordinator->heartbeat({"client", "10.0.0.1"}, std::move(request), 4)).error();
  }
  // Everybody sends heartbeats while `time` passes.
  void beat(const std::vector<std::string>& members, int32_t generation, seconds time) {
    for (seconds at{0}; at < time; at += seconds(2)) {
      pass(seconds(2));
      for (const std::string& id : members) heartbeat(id, generation);
    }
  }

  using Leavers = std::vector<wire::LeaveGroupRequest::MemberIdentity>;
  LeaveCallResult start_leave_all(Leavers members) {
    wire::LeaveGroupRequest request;
    request.group_id = "g";
    request.members = std::move(members);
    return call(coordinator->leave_group({"client", "10.0.0.1"}, std::move(request), 5));
  }
  wire::LeaveGroupResponse leave_all(Leavers members) {
    return start_leave_all(std::move(members)).get();
  }
  LeaveCallResult start_leave(const std::string& member_id) {
    wire::LeaveGroupRequest request;
    request.group_id = "g";
    request.member_id = member_id;
    return call(coordinator->leave_group({"client", "10.0.0.1"}, std::move(request), 2));
  }
  ErrorCode leave(const std::string& member_id) { return start_leave(member_id).error(); }

  // An OffsetCommit of one partition of "orders".
  struct Commit {
    int64_t offset = 0;
    std::string member_id{};
    int32_t generation = -1;
    std::optional<std::string> instance{};
    std::string metadata{};
    std::string group = "g";
    std::string topic = "orders";
    int32_t partition = 0;
    int64_t retention_ms = -1;
    int64_t timestamp_ms = -1;
    int16_t version = 8;
  };
  CommitCallResult start_commit(const Commit& commit) {
    wire::OffsetCommitRequest request;
    request.group_id = commit.group;
    request.member_id = commit.member_id;
    request.generation_id_or_member_epoch = commit.generation;
    request.group_instance_id = commit.instance;
    request.retention_time_ms = commit.retention_ms;
    request.topics.push_back({commit.topic, {}});
    request.topics[0].partitions.push_back({.partition_index = commit.partition,
                                            .committed_offset = commit.offset,
                                            .committed_leader_epoch = 3,
                                            .commit_timestamp = commit.timestamp_ms,
                                            .committed_metadata = commit.metadata});
    return call(
        coordinator->offset_commit({"client", "10.0.0.1"}, std::move(request), commit.version));
  }
  ErrorCode commit(const Commit& commit) { return commit_code(start_commit(commit).get()); }
  static ErrorCode commit_code(const wire::OffsetCommitResponse& response) {
    return static_cast<ErrorCode>(response.topics.at(0).partitions.at(0).error_code);
  }

  wire::OffsetFetchResponse::OffsetFetchResponseGroup fetch_group(
      std::optional<std::vector<std::pair<std::string, std::vector<int32_t>>>> topics,
      const std::string& group = "g") {
    wire::OffsetFetchRequest::OffsetFetchRequestGroup request;
    request.group_id = group;
    request.topics.reset();
    if (topics) {
      request.topics.emplace();
      for (auto& [name, partitions] : *topics) request.topics->push_back({name, partitions});
    }
    return call(coordinator->offset_fetch(std::move(request), false)).get();
  }
  // The committed offset of one partition, -1 if there is none.
  int64_t fetch(const std::string& topic = "orders", int32_t partition = 0,
                const std::string& group = "g") {
    auto found = fetch_group({{{topic, {partition}}}}, group);
    return found.topics.at(0).partitions.at(0).committed_offset;
  }

  wire::DescribeGroupsResponse::DescribedGroup describe(const std::string& group = "g") {
    return call(coordinator->describe_group(group)).get();
  }
  std::string state() { return describe().group_state; }
  size_t members() { return describe().members.size(); }
  ErrorCode delete_group(const std::string& group = "g") {
    return call(coordinator->delete_group(group)).error();
  }

  // A group that is Stable, with one member per client, the first of them the leader.
  struct Settled {
    std::vector<std::string> ids;
    int32_t generation = 0;
    const std::string& leader() const { return ids.front(); }
  };
  Settled settle(std::vector<Join> joins) {
    std::vector<JoinCallResult> calls;
    for (const Join& each : joins) calls.push_back(join(each));
    pass(milliseconds(config.initial_rebalance_delay_ms) * 3);
    Settled settled;
    for (auto& each : calls) place(settled, each.get());
    Shares shares;
    for (const auto& id : settled.ids) shares.emplace_back(id, "share of " + id);
    std::vector<SyncCallResult> syncs;
    for (const auto& id : settled.ids) syncs.push_back(sync(id, settled.generation, shares));
    for (auto& each : syncs) TN_ASSERT(each.error() == ErrorCode::kNone);
    return settled;
  }
  static Join as_static(const std::string& instance) {
    Join join;
    join.instance = instance;
    return join;
  }

  // Metadata records of the group, oldest first; nullopt for tombstones.
  std::vector<std::optional<wire::GroupMetadataValue>> group_records(const std::string& id = "g") {
    std::vector<std::optional<wire::GroupMetadataValue>> found;
    for (const auto& record : log.all_records()) {
      statemachine::CommittedRecord view{.key = record.key, .value = std::nullopt};
      if (record.value) view.value = *record.value;
      auto change = read_change(view).value();
      auto* group = std::get_if<GroupChange>(&change);
      if (group && group->group_id == id) found.push_back(std::move(group->value));
    }
    return found;
  }

  template <class T>
  Call<T> call(Task<T> task) {
    Call<T> made(start(std::move(task)));
    run();
    return made;
  }

  SimScheduler scheduler;
  SeededRandom random{7};
  statemachine::SimLog log;
  GroupConfig config;
  SimAssignors assignors;
  std::shared_ptr<const metadata::Image> image = metadata::Image::empty("test-cluster");
  std::unique_ptr<GroupCoordinator> coordinator;
  std::optional<Future<Result<>>> loaded;

 private:
  static void place(Settled& settled, const wire::JoinGroupResponse& answer) {
    TN_ASSERT(answer.error_code == 0);
    settled.generation = answer.generation_id;
    if (answer.leader == answer.member_id) {
      settled.ids.insert(settled.ids.begin(), answer.member_id);
    } else {
      settled.ids.push_back(answer.member_id);
    }
  }
};

}  // namespace tenon::groups
