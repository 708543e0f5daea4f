// SPDX-License-Identifier: Apache-2.0
//
// The clients of a random walk through the life of a consumer group, of either protocol, some of
// them static members. Each knows what its process would know, and no more: what it was told, by a
// clock of its own, and nothing of answers that were lost or came too late.
#pragma once

#include <functional>

#include "groups/assignment/consumer_protocol.h"
#include "groups/testing/consumer_fixture.h"

namespace tenon::groups {

class ConsumerWalkFixture : public ConsumerFixture {
 protected:
  // A member that is silent for so long may be out: this is its rebalance timeout, which is shorter
  // than its session here.
  static constexpr int64_t kPatienceMs = 30'000;

  // What a client holds is its own from the answer that gave it until it has said, or shown by its
  // silence, that it does not have it any more.
  struct Client {
    Member member{};
    bool classic = false;
    int32_t generation = -1;
    bool synced = false;
    Partitions holds{};
    Partitions told{};          // what it last said that it has
    bool answered = false;      // the last thing that it said
    int64_t last_heard_ms = 0;  // when it last had an answer
    int64_t lost_since_ms = 0;  // since when it has had none; 0 = it has
    int32_t epoch_seen = 0;
    // Another process took its place, or it was removed, and it may not know: what it has does not
    // count until it is told that it is a member.
    bool disowned = false;

    const std::optional<std::string>& instance() const { return member.instance; }
    bool may_commit() const {
      return !member.id.empty() && (classic ? generation >= 0 : member.epoch > 0);
    }
    int32_t epoch() const { return classic ? generation : member.epoch; }
    int64_t session_ms() const { return classic ? 10'000 : kPatienceMs; }
  };
  using Clients = std::vector<std::unique_ptr<Client>>;

  explicit ConsumerWalkFixture(uint64_t seed) : random_(seed) {}
  uint64_t pick(uint64_t n) { return random_.next() % n; }
  bool chance(uint64_t one_in) { return pick(one_in) == 0; }
  int64_t now_ms() { return scheduler.clock().wall_ms(); }
  Client* somebody() { return clients_.empty() ? nullptr : clients_[pick(clients_.size())].get(); }
  std::string new_name() { return fmt::format("m{}", ++named_); }
  void end_process(const Client& client) {
    std::erase_if(clients_, [&client](const auto& each) { return each.get() == &client; });
  }

  // Nobody waits for the log while it is held. What has no answer then is not listened to.
  template <class T>
  bool wait(Call<T>& call, Duration patience) {
    if (!call.answered() && !log_held_) pass(patience);
    return call.answered();
  }
  template <class T>
  void abandon(Call<T> call) {
    abandoned_.push_back([call = std::move(call)] { return call.answered(); });
  }
  void expect_all_answered(std::string_view when) {
    for (const auto& answered : abandoned_) EXPECT_TRUE(answered()) << when;
    abandoned_.clear();
  }
  void release_log() {
    log_held_ = false;
    log.release();
    run();
  }
  // The writes that are on their way are committed while the coordinator stops.
  void stop_and_start() {
    auto stopped = start(coordinator->stop());
    run();
    release_log();
    ASSERT_TRUE(stopped.ready());
    expect_all_answered("after a stop");
    coordinator = std::make_unique<GroupCoordinator>(GroupFixture::parts());
    loaded.emplace(start(coordinator->load()));
    run();
    if (coordinator->is_active()) return;
    log.recover();
    restart();
  }

  // The client has its turn: it gives up what it is not to have, says what it has, takes what
  // comes.
  void hear(Client& client) {
    if (now_ms() - client.last_heard_ms >= kPatienceMs)
      client.holds = {};  // it knows that it is out
    if (client.classic)
      hear_classic(client);
    else
      hear_consumer(client);
  }

  static void start_over(Client& client) {
    client.holds = {};
    client.member.assigned = {};
    client.member.epoch = 0;
    client.epoch_seen = 0;
    client.generation = -1;
    if (client.classic) client.member.id.clear();
  }
  // Another process of the same instance may have come in: what the others have is its own now.
  void take_over(const Client& client) {
    if (!client.instance()) return;
    for (const auto& other : clients_) {
      if (other.get() != &client && other->instance() == client.instance()) other->disowned = true;
    }
  }

  // For tests of the group as it is: who has the instance now; "" = nobody, or it is no consumer
  // group.
  std::string member_of(const std::string& instance) {
    for (const auto& member : described().members) {
      if (member.instance_id == instance) return member.member_id;
    }
    return "";
  }

  // Its place in a consumer group is another's, and what is decided is not on its way.
  bool is_outdated(const Client& client) {
    if (!client.instance() || client.member.id.empty() || log_held_) return false;
    const std::string now = member_of(*client.instance());
    return !now.empty() && now != client.member.id;
  }

  Clients clients_;
  bool calm_ = false;  // nothing is lost
  bool log_held_ = false;

 private:
  // --- the consumer protocol ---

  void hear_consumer(Client& client) {
    Member& member = client.member;
    client.holds = intersection_of(client.holds, member.assigned);
    member.owned = client.holds;
    // With something to say about what it has, a client says it; and all again after silence.
    const bool brief =
        member.epoch > 0 && client.answered && client.told == client.holds && chance(3);
    client.answered = false;
    const int64_t sent_ms = now_ms();
    auto call = start_heartbeat(brief ? bare(member) : full(member));
    const bool in_time = wait(call, milliseconds(config.assignor_timeout_ms));
    if (member.epoch == 0 && (!in_time || may_have_joined(call.error()))) take_over(client);
    if (!in_time || (!calm_ && chance(12))) {  // the answer is lost
      if (client.lost_since_ms == 0) client.lost_since_ms = sent_ms;
      return abandon(std::move(call));
    }
    take_answer(client, call.get());
  }
  static bool may_have_joined(ErrorCode code) {
    return code == ErrorCode::kNone || code == ErrorCode::kCoordinatorNotAvailable ||
           code == ErrorCode::kNotCoordinator;
  }
  void take_answer(Client& client, const HeartbeatResponse& response) {
    switch (static_cast<ErrorCode>(response.error_code)) {
      case ErrorCode::kNone:
        return take_epoch(client, response);
      case ErrorCode::kFencedInstanceId:
        EXPECT_TRUE(client.instance()) << client.member.id;
        [[fallthrough]];
      case ErrorCode::kFencedMemberEpoch:
      case ErrorCode::kUnknownMemberId:
      case ErrorCode::kGroupIdNotFound:
        return start_over(client);
      case ErrorCode::kUnreleasedInstanceId:
        EXPECT_TRUE(client.instance() && client.member.epoch == 0) << client.member.id;
        return;
      case ErrorCode::kCoordinatorNotAvailable:
      case ErrorCode::kNotCoordinator:
        return;
      default:
        ADD_FAILURE() << client.member.id << " gets error " << response.error_code;
    }
  }
  void take_epoch(Client& client, const HeartbeatResponse& response) {
    Member& member = client.member;
    // What it is to give up it may have been told with an answer that was lost, and its time for
    // that runs from there.
    const int64_t lost_ms = std::exchange(client.lost_since_ms, 0);
    client.last_heard_ms = lost_ms != 0 ? lost_ms : now_ms();
    client.told = member.owned;
    client.answered = true;
    client.disowned = false;
    EXPECT_GE(response.member_epoch, 1);
    EXPECT_GE(response.member_epoch, client.epoch_seen) << member.id;
    client.epoch_seen = response.member_epoch;
    member.epoch = response.member_epoch;
    if (!response.assignment) return;
    member.assigned = from_wire(response.assignment->topic_partitions);
    // What is new is there at once; what is lost, the client still has until it is heard next.
    client.holds = union_of(client.holds, member.assigned);
  }

  // --- the classic protocol ---

  void hear_classic(Client& client) {
    // One that gave up waiting for its assignment asks again, sooner or later.
    if (calm_ && client.generation >= 0 && !client.synced) return sync_classic(client, {});
    if (client.generation >= 0 && !is_to_join(client)) return;
    // An eager client: it lets go of everything before it joins.
    client.holds = {};
    const bool outdated = is_outdated(client);
    auto joining = start_join(join_of(client));
    const bool in_time = wait(joining, seconds(6));
    const ErrorCode code = in_time ? joining.error() : ErrorCode::kNone;
    if (may_have_joined(code)) take_over(client);
    if (!in_time) return abandon(std::move(joining));
    if (outdated) EXPECT_EQ(code, ErrorCode::kFencedInstanceId) << client.member.id;
    if (code == ErrorCode::kMemberIdRequired) {
      client.member.id = joining.get().member_id;
      return;
    }
    if (code == ErrorCode::kUnknownMemberId) start_over(client);
    if (code == ErrorCode::kFencedInstanceId) fence(client);
    if (code == ErrorCode::kNone) enter(client, joining.get());
  }
  Join join_of(const Client& client) {
    Join words{.member_id = client.member.id, .instance = client.instance()};
    words.rebalance_ms = 20'000;
    words.protocols = {{"range", write_subscription(client.member.topics, {}, *image)}};
    return words;
  }
  void enter(Client& client, const wire::JoinGroupResponse& joined) {
    client.member.id = joined.member_id;
    client.generation = joined.generation_id;
    client.synced = false;
    client.disowned = false;
    if (!calm_ && chance(10)) return;  // it never syncs
    sync_classic(client, joined);
  }
  bool is_to_join(Client& client) {
    wire::HeartbeatRequest request;
    request.group_id = "g";
    request.member_id = client.member.id;
    request.generation_id = client.generation;
    request.group_instance_id = client.instance();
    auto call = this->call(coordinator->heartbeat({"client", "10.0.0.1"}, std::move(request), 4));
    if (!call.answered()) {
      abandon(std::move(call));
      return false;
    }
    const ErrorCode code = call.error();
    if (code == ErrorCode::kNone) {
      client.last_heard_ms = now_ms();
      client.disowned = false;
    }
    if (code == ErrorCode::kFencedInstanceId) fence(client);
    if (code == ErrorCode::kUnknownMemberId || code == ErrorCode::kIllegalGeneration) {
      start_over(client);
      return true;
    }
    return code == ErrorCode::kRebalanceInProgress;
  }
  void sync_classic(Client& client, const wire::JoinGroupResponse& joined) {
    wire::SyncGroupRequest request;
    request.group_id = "g";
    request.member_id = client.member.id;
    request.generation_id = client.generation;
    request.group_instance_id = client.instance();
    // As the leader of a classic group it gives everything to itself: what others are given is not
    // what this walk is about.
    if (joined.leader == client.member.id) {
      request.assignments.push_back(
          {client.member.id, write_assignment(parts("orders", {0}), 1, *image)});
    }
    auto syncing = send_sync(std::move(request));
    if (!wait(syncing, seconds(1))) return abandon(std::move(syncing));
    client.synced = true;
    const ErrorCode code = syncing.error();
    if (code == ErrorCode::kRebalanceInProgress) return;
    if (code == ErrorCode::kFencedInstanceId) return fence(client);
    if (code != ErrorCode::kNone) return start_over(client);
    client.last_heard_ms = now_ms();
    client.disowned = false;
    client.holds = read_assignment(syncing.get().assignment, *image).value();
  }
  // Its instance is another process's. A client that knows no better goes on under its old id.
  void fence(Client& client) {
    EXPECT_TRUE(client.instance()) << client.member.id;
    const std::string id = client.member.id;
    start_over(client);
    if (!calm_ && chance(2)) client.member.id = id;
  }

  SeededRandom random_;
  int named_ = 0;
  std::vector<std::move_only_function<bool() const>> abandoned_;
};

}  // namespace tenon::groups
