// SPDX-License-Identifier: Apache-2.0
//
// Ten thousand events in the life of a consumer group, decided by a seed: members of the consumer
// protocol come, go, fall silent, lose answers and change their minds; members of the classic
// protocol come and go among them; topics come, grow and go; assignors fail and hang; the log fails
// and the coordinator starts again. After each event nobody has in hand what somebody else has; and
// when all is well again, everybody comes to rest with everything.

#include <gtest/gtest.h>

#include <cstdlib>

#include "groups/assignment/consumer_protocol.h"
#include "groups/testing/consumer_fixture.h"

namespace tenon::groups {
namespace {

constexpr int kEvents = 10'000;
// A member that is silent for so long may be out: this is its rebalance timeout, which is shorter
// than its session here.
constexpr int64_t kPatienceMs = 30'000;

class ConsumerWalk : public ConsumerFixture {
 protected:
  // A client of either protocol, and what it holds: from the answer that gave it until it has said,
  // or shown by its silence, that it does not any more.
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
  };

  ConsumerWalk() {
    const char* given = std::getenv("TENON_WALK_SEED");
    seed_ = given ? std::strtoull(given, nullptr, 10) : 3;
    random_.emplace(seed_);
    for (const char* topic : {"audit", "orders-eu"}) add_topic(topic, 3);
  }
  uint64_t pick(uint64_t n) { return random_->next() % n; }
  bool chance(uint64_t one_in) { return pick(one_in) == 0; }
  int64_t now_ms() { return scheduler.clock().wall_ms(); }

  void step() {
    switch (pick(16)) {
      case 0:
        return come();
      case 1:
        return chance(2) ? go() : vanish();
      case 2:
        return change_mind();
      case 3:
        return change_topics();
      case 4:
        return trouble();
      case 5:
        if (chance(4)) restart();
        return;
      case 6:
        return pass(seconds(1 + pick(8)));
      default:
        if (!clients_.empty()) hear(*clients_[pick(clients_.size())]);
    }
  }

  // --- what clients do ---

  void come() {
    if (clients_.size() >= 8) return;
    auto client = std::make_unique<Client>();
    client->classic = chance(4);
    client->member.id = client->classic ? "" : fmt::format("m{}", ++named_);
    client->member.topics = chance(3) ? std::vector<std::string>{"audit", "orders"}
                                      : std::vector<std::string>{"orders"};
    if (!client->classic && chance(4)) client->member.regex = "orders.*";
    if (!client->classic && chance(3)) client->member.assignor = "range";
    clients_.push_back(std::move(client));
    hear(*clients_.back());
  }
  void go() {
    if (clients_.empty()) return;
    const size_t i = pick(clients_.size());
    Client& client = *clients_[i];
    client.holds = {};
    if (client.classic && !client.member.id.empty()) {
      leave(client.member.id);
    } else if (client.member.epoch > 0) {
      say_goodbye(client.member);
    }
    clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  // Its process ends, and nobody says so.
  void vanish() {
    if (clients_.empty()) return;
    clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(pick(clients_.size())));
  }
  void change_mind() {
    if (clients_.empty()) return;
    Client& client = *clients_[pick(clients_.size())];
    client.member.topics =
        chance(2) ? std::vector<std::string>{"audit"} : std::vector<std::string>{"audit", "orders"};
    hear(client);
  }
  void change_topics() {
    if (chance(2) && orders_ < 9) {
      add_topic("orders", orders_ + 1, orders_);
      ++orders_;
    } else if (image->find("later") == nullptr) {
      add_topic("orders-late", 2);
      add_topic("later", 1);
    } else {
      delete_topic("orders-late");
      delete_topic("later");
    }
  }
  void trouble() {
    switch (pick(4)) {
      case 0:
        return assignors.hold();
      case 1:
        return assignors.play(
            "uniform", [](const auto&) { return fail(Errc::kPluginFailed, "uniform", "ill"); });
      case 2:
        return log.fail_with(Errc::kNotEnoughReplicas);
      default:
        return all_well();
    }
  }
  void all_well() {
    log.recover();
    assignors.play("uniform", SimAssignors::deal);
    assignors.release();
    run();
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
  void hear_consumer(Client& client) {
    Member& member = client.member;
    client.holds = intersection_of(client.holds, member.assigned);
    member.owned = client.holds;
    // With something to say about what it has, a client says it; and all again after silence.
    const bool brief =
        member.epoch > 0 && client.answered && client.told == client.holds && chance(3);
    client.answered = false;
    auto call = start_heartbeat(brief ? bare(member) : full(member));
    if (!call.answered()) pass(milliseconds(config.assignor_timeout_ms));
    if (!call.answered()) return;
    if (!calm_ && chance(12)) {  // the answer is lost
      if (client.lost_since_ms == 0) client.lost_since_ms = now_ms();
      return;
    }
    const HeartbeatResponse& response = call.get();
    const auto code = static_cast<ErrorCode>(response.error_code);
    if (code == ErrorCode::kNone) {
      // What it is to give up it may have been told with an answer that was lost, and its time for
      // that runs from there.
      const int64_t lost_ms = std::exchange(client.lost_since_ms, 0);
      client.last_heard_ms = lost_ms != 0 ? lost_ms : now_ms();
      client.told = member.owned;
      client.answered = true;
      EXPECT_GE(response.member_epoch, 1);
      EXPECT_GE(response.member_epoch, client.epoch_seen) << member.id;
      client.epoch_seen = response.member_epoch;
      member.epoch = response.member_epoch;
      if (response.assignment) {
        member.assigned = from_wire(response.assignment->topic_partitions);
        // What is new is there at once; what is lost, the client still has until it is heard next.
        client.holds = union_of(client.holds, member.assigned);
      }
    } else if (code == ErrorCode::kFencedMemberEpoch || code == ErrorCode::kUnknownMemberId ||
               code == ErrorCode::kGroupIdNotFound) {
      start_over(client);
    } else {
      EXPECT_TRUE(code == ErrorCode::kCoordinatorNotAvailable || code == ErrorCode::kNotCoordinator)
          << response.error_code;
    }
  }
  void hear_classic(Client& client) {
    // One that gave up waiting for its assignment asks again, sooner or later.
    if (calm_ && client.generation >= 0 && !client.synced) return sync_classic(client, {});
    if (client.generation >= 0) {
      const ErrorCode code = heartbeat(client.member.id, client.generation);
      if (code == ErrorCode::kNone) client.last_heard_ms = now_ms();
      if (code == ErrorCode::kUnknownMemberId || code == ErrorCode::kIllegalGeneration) {
        start_over(client);
      }
      if (code != ErrorCode::kRebalanceInProgress) return;
    }
    // An eager client: it lets go of everything before it joins.
    client.holds = {};
    Join words{.member_id = client.member.id, .rebalance_ms = 20'000};
    words.protocols = {{"range", write_subscription(client.member.topics, {}, *image)}};
    auto joining = start_join(words);
    if (!joining.answered()) pass(seconds(6));
    if (!joining.answered()) return;
    const ErrorCode code = joining.error();
    if (code == ErrorCode::kMemberIdRequired) {
      client.member.id = joining.get().member_id;
      return;
    }
    if (code == ErrorCode::kUnknownMemberId) start_over(client);
    if (code != ErrorCode::kNone) return;
    client.member.id = joining.get().member_id;
    client.generation = joining.get().generation_id;
    client.synced = false;
    if (!calm_ && chance(10)) return;  // it never syncs
    sync_classic(client, joining.get());
  }
  void sync_classic(Client& client, const wire::JoinGroupResponse& joined) {
    wire::SyncGroupRequest request;
    request.group_id = "g";
    request.member_id = client.member.id;
    request.generation_id = client.generation;
    // As the leader of a classic group it gives everything to itself: what others are given is not
    // what this walk is about.
    if (joined.leader == client.member.id) {
      request.assignments.push_back(
          {client.member.id, write_assignment(parts("orders", {0}), 1, *image)});
    }
    auto syncing = send_sync(std::move(request));
    if (!syncing.answered()) pass(seconds(1));
    if (!syncing.answered()) return;
    client.synced = true;
    if (syncing.error() == ErrorCode::kRebalanceInProgress) return;
    if (syncing.error() != ErrorCode::kNone) return start_over(client);
    client.last_heard_ms = now_ms();
    client.holds = read_assignment(syncing.get().assignment, *image).value();
  }
  static void start_over(Client& client) {
    client.holds = {};
    client.member.assigned = {};
    client.member.epoch = 0;
    client.epoch_seen = 0;
    client.generation = -1;
    if (client.classic) client.member.id.clear();
  }

  // --- what must be so ---

  // Whoever has been silent for its session does not count: it knows by its own clock that it is
  // out, and so does everybody who has vanished.
  void check_owners(const std::string& when) {
    Partitions seen;
    for (const auto& client : clients_) {
      if (now_ms() - client->last_heard_ms >= session_of(*client)) continue;
      const Partitions twice = intersection_of(seen, client->holds);
      ASSERT_TRUE(twice.empty()) << when << ": a partition is in two hands, with "
                                 << client->member.id;
      seen = union_of(seen, client->holds);
    }
  }
  static int64_t session_of(const Client& client) { return client.classic ? 10'000 : kPatienceMs; }

  void check_rest() {
    all_well();
    calm_ = true;
    for (int round = 0; round < 40; ++round) {
      for (const auto& client : clients_) hear(*client);
      pass(seconds(2));
    }
    calm_ = false;
    const auto shown = described();
    if (shown.error_code != 0) return;  // nobody of the consumer protocol is there
    EXPECT_EQ(shown.group_state, clients_.empty() ? "Empty" : "Stable");
    EXPECT_EQ(shown.members.size(), clients_.size());
    std::set<std::string> read;
    for (const auto& client : clients_) {
      read.insert(client->member.topics.begin(), client->member.topics.end());
    }
    Partitions held;
    for (const auto& client : clients_) held = union_of(held, client->holds);
    for (const std::string& topic : read) {
      const auto* known = image->find(topic);
      if (!known) continue;
      for (const auto& partition : known->partitions) {
        EXPECT_TRUE(contains(held, {known->id, partition.index}))
            << topic << "-" << partition.index << " has no reader";
      }
    }
  }

  uint64_t seed_ = 0;
  std::optional<SeededRandom> random_;
  std::vector<std::unique_ptr<Client>> clients_;
  int named_ = 0;
  bool calm_ = false;  // nothing is lost
  int32_t orders_ = 4;
};

TEST_F(ConsumerWalk, nothing_is_in_two_hands_and_everything_comes_to_rest) {
  std::printf("seed %llu (TENON_WALK_SEED)\n", static_cast<unsigned long long>(seed_));
  for (int event = 0; event < kEvents && !HasFailure(); ++event) {
    step();
    check_owners(fmt::format("seed {}, event {}", seed_, event));
    if (event % 500 == 499) check_rest();
    ASSERT_FALSE(HasFailure()) << "seed " << seed_ << ", event " << event;
  }
}

}  // namespace
}  // namespace tenon::groups
