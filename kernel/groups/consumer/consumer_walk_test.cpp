// SPDX-License-Identifier: Apache-2.0
//
// Ten thousand events in the life of a consumer group, decided by a seed: members of the consumer
// protocol come, go, fall silent, lose answers and change their minds; members of the classic
// protocol come and go among them; static members of either start again, go away for a while, and
// run twice; people remove members and delete the group; topics come, grow and go; assignors fail
// and hang; the log is slow or fails, and the coordinator starts again with writes on their way.
//
// Checked all along
//   1. Nobody has in hand what somebody else has. A process whose place was taken by another of its
//      instance, or by somebody who removed it, does not count until it is told.
//   2. An acknowledged offset is never lost, but with its group; one that comes with another epoch
//      than the member's is never acknowledged.
//   3. A member's epoch never falls, and an outdated process never takes its place back.
//   4. When the coordinator has stopped, every request has an answer.
// Checked when all is well again
//   5. Everybody comes to rest with everything, and may commit; and the log says all of it.
//
// TENON_WALK_SEED=n walks that seed alone.

#include <gtest/gtest.h>

#include <fmt/ranges.h>

#include <cstdlib>

#include "groups/testing/consumer_walk.h"

namespace tenon::groups {
namespace {

constexpr int kEvents = 10'000;
constexpr uint64_t kSeeds = 16;

class ConsumerWalk : public ConsumerWalkFixture, public ::testing::WithParamInterface<uint64_t> {
 protected:
  ConsumerWalk() : ConsumerWalkFixture(GetParam()) {
    for (const char* topic : {"audit", "orders-eu"}) add_topic(topic, 3);
  }

  void step() {
    if (log_held_ && chance(6)) return chance(3) ? stop_and_start() : release_log();
    switch (pick(20)) {
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
        return chance(4) ? stop_and_start() : end_of_group();
      case 6:
        return pass(seconds(1 + pick(8)));
      case 7:
        return chance(8) ? change_instance() : start_again();
      case 8:
        return remove_somebody();
      case 9:
      case 10:
        return commit_something();
      default:
        if (Client* client = somebody()) hear(*client);
    }
  }

  // --- what clients do ---

  void come() {
    if (clients_.size() >= 8) return;
    std::optional<std::string> instance;
    if (chance(3)) instance = some_instance();
    hear(new_client(chance(4), std::move(instance)));
  }
  std::string some_instance() { return fmt::format("i{}", pick(3)); }
  Client& new_client(bool classic, std::optional<std::string> instance) {
    auto client = std::make_unique<Client>();
    client->classic = classic;
    client->member.id = classic ? "" : new_name();
    client->member.instance = std::move(instance);
    client->member.topics = chance(3) ? std::vector<std::string>{"audit", "orders"}
                                      : std::vector<std::string>{"orders"};
    if (!classic && chance(4)) client->member.regex = "orders.*";
    if (!classic && chance(3)) client->member.assignor = "range";
    clients_.push_back(std::move(client));
    return *clients_.back();
  }
  void go() {
    Client* client = somebody();
    if (!client) return;
    bid_farewell(*client, kLeaveEpoch);
    end_process(*client);
  }
  void bid_farewell(Client& client, int32_t epoch) {
    client.holds = {};
    if (client.classic && !client.member.id.empty()) {
      abandon(start_leave_all({identity_of(client)}));
    } else if (client.member.epoch > 0) {
      HeartbeatRequest request = bare(client.member);
      request.member_epoch = epoch;
      request.instance_id = client.instance();
      abandon(start_heartbeat(std::move(request)));
    }
  }
  // Its process ends, and nobody says so.
  void vanish() {
    if (const Client* client = somebody()) end_process(*client);
  }
  // A static member has a new process, of either protocol. The old one may have gone away for a
  // while, and may go on speaking all the same.
  void start_again() {
    Client* old = somebody();
    if (!old || !old->instance()) return;
    const std::optional<std::string> instance = old->instance();
    if (!old->classic && chance(2)) bid_farewell(*old, kLeaveStaticEpoch);
    if (clients_.size() >= 8 || !chance(3)) end_process(*old);
    if (chance(4)) return;  // the new one comes later
    hear(new_client(chance(3), instance));
  }
  // The same process joins anew as another instance.
  void change_instance() {
    Client* client = somebody();
    if (!client || client->classic || !client->instance()) return;
    start_over(*client);
    client->member.instance = some_instance();
    hear(*client);
  }
  void change_mind() {
    Client* client = somebody();
    if (!client) return;
    client->member.topics =
        chance(2) ? std::vector<std::string>{"audit"} : std::vector<std::string>{"audit", "orders"};
    hear(*client);
  }
  void commit_something() {
    if (chance(8)) return send_commit({.version = 9}, false);  // somebody who is no member
    const Client* client = somebody();
    if (!client || !client->may_commit()) return;
    Commit words = commit_of(*client);
    const bool wrong = chance(3);
    if (wrong) words.generation += chance(2) && words.generation > 1 ? -1 : 1'000'000;
    send_commit(words, wrong || is_outdated(*client));
  }
  static Commit commit_of(const Client& client) {
    Commit words{.member_id = client.member.id, .generation = client.epoch()};
    words.instance = client.instance();
    words.version = 9;
    return words;
  }
  void send_commit(Commit words, bool wrong) {
    words.offset = ++last_offset_;
    commits_.push_back({words.offset, wrong, start_commit(words)});
  }

  // --- what people do ---

  static wire::LeaveGroupRequest::MemberIdentity identity_of(const Client& client) {
    return {.member_id = client.member.id, .group_instance_id = client.instance()};
  }
  void remove_somebody() {
    const Client* client = somebody();
    if (!client || !chance(3)) return;
    auto identity = identity_of(*client);
    if (chance(3)) identity.group_instance_id = some_instance();  // right or wrong
    if (chance(3)) identity.group_instance_id.reset();
    if (identity.group_instance_id && chance(2)) identity.member_id.clear();
    Leavers leavers{identity};
    if (client->instance() && chance(3)) leavers.push_back(identity_of(*client));
    auto leaving = start_leave_all(leavers);
    for (size_t i = 0; i < leavers.size(); ++i) {
      if (!is_refused(leaving, i)) disown(leavers[i]);
    }
    abandon(std::move(leaving));
  }
  static bool is_refused(LeaveCallResult& leaving, size_t i) {
    if (!leaving.answered() || leaving.get().error_code != 0) return false;
    return leaving.get().members.at(i).error_code != 0;
  }
  void disown(const wire::LeaveGroupRequest::MemberIdentity& identity) {
    for (const auto& client : clients_) {
      const bool meant = identity.member_id.empty()
                             ? client->instance() == identity.group_instance_id
                             : client->member.id == identity.member_id;
      if (meant) client->disowned = true;
    }
  }
  // Everybody goes; the group may be deleted then.
  void end_of_group() {
    if (!chance(12)) return;
    while (!clients_.empty()) go();
    if (chance(2)) pass(seconds(60));
    if (chance(3) && !log_held_) hold_log();
    if (!deletion_) deletion_.emplace(call(coordinator->delete_group("g")));
  }

  // --- what goes wrong around them ---

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
    switch (pick(5)) {
      case 0:
        return assignors.hold();
      case 1:
        return assignors.play(
            "uniform", [](const auto&) { return fail(Errc::kPluginFailed, "uniform", "ill"); });
      case 2:
        return log.fail_with(Errc::kNotEnoughReplicas);
      case 3:
        return hold_log();
      default:
        return all_well();
    }
  }
  void hold_log() {
    log_held_ = true;
    log.hold();
  }
  void all_well() {
    log.recover();
    release_log();
    assignors.play("uniform", SimAssignors::deal);
    assignors.release();
    run();
  }

  // --- what must be so ---

  // Whoever has been silent for its session does not count: it knows by its own clock that it is
  // out, and so does everybody who has vanished.
  void check_owners(const std::string& when) {
    Partitions seen;
    for (const auto& client : clients_) {
      if (client->disowned || now_ms() - client->last_heard_ms >= client->session_ms()) continue;
      const Partitions twice = intersection_of(seen, client->holds);
      ASSERT_TRUE(twice.empty()) << when << ": a partition is in two hands, with "
                                 << client->member.id;
      seen = union_of(seen, client->holds);
    }
  }

  void check_offsets() {
    std::erase_if(commits_, [this](Sent& sent) { return is_heard(sent); });
    if (deletion_ && deletion_->answered()) hear_deletion();
    if (deletion_ || !coordinator->is_active()) return;
    const int64_t found = fetch();
    EXPECT_GE(found, acknowledged_);
    EXPECT_TRUE(found == -1 || found > deleted_to_) << found << " is back from a deleted group";
    EXPECT_LE(found, last_offset_);
  }
  struct Sent {
    int64_t offset;
    bool wrong;
    CommitCallResult call;
  };
  bool is_heard(Sent& sent) {
    if (!sent.call.answered()) return false;
    if (commit_code(sent.call.get()) != ErrorCode::kNone) return true;
    ++acknowledgements_;
    EXPECT_FALSE(sent.wrong) << "a commit with another epoch than the member's";
    if (sent.offset > deleted_to_) acknowledged_ = std::max(acknowledged_, sent.offset);
    return true;
  }
  // With the group go its offsets; unless it is sure that nothing was written.
  void hear_deletion() {
    const ErrorCode code = deletion_->error();
    deletion_.reset();
    if (code == ErrorCode::kNonEmptyGroup || code == ErrorCode::kGroupIdNotFound ||
        code == ErrorCode::kCoordinatorNotAvailable) {
      return;
    }
    acknowledged_ = -1;
    if (code != ErrorCode::kNone) return;
    ++deletions_;
    deleted_to_ = last_offset_;
  }

  void check_rest() {
    all_well();
    end_doubles();
    calm_ = true;
    for (int round = 0; round < 60; ++round) {
      for (const auto& client : clients_) hear(*client);
      pass(seconds(2));
    }
    calm_ = false;
    check_offsets();
    const auto shown = described();
    if (shown.error_code != 0) return;  // nobody of the consumer protocol is there
    expect_all_answered("at rest");
    ++rests_;
    EXPECT_EQ(shown.group_state, clients_.empty() ? "Empty" : "Stable");
    EXPECT_EQ(shown.members.size(), clients_.size());
    check_readers();
    for (const auto& client : clients_) {
      Commit words = commit_of(*client);
      words.offset = ++last_offset_;
      EXPECT_EQ(commit(words), ErrorCode::kNone) << client->member.id << " may not commit";
      acknowledged_ = last_offset_;
    }
    stop_and_start();
    EXPECT_EQ(text_of(described()), text_of(shown));
  }
  static std::string text_of(const wire::ConsumerGroupDescribeResponse::DescribedGroup& group) {
    std::string text = fmt::format("{} {}/{} {}", group.group_state, group.group_epoch,
                                   group.assignment_epoch, group.assignor_name);
    for (const auto& member : group.members) {
      text += fmt::format("\n{} {} {} {}", member.member_id, member.instance_id.value_or("-"),
                          member.member_epoch, member.member_type);
      for (const auto& topic : member.assignment.topic_partitions) {
        text += fmt::format(" {}-{}", topic.topic_name, fmt::join(topic.partitions, ","));
      }
    }
    return text;
  }
  // Processes of the same instance never come to rest: the latest goes on.
  void end_doubles() {
    std::set<std::string> seen;
    for (size_t i = clients_.size(); i-- > 0;) {
      const auto& instance = clients_[i]->instance();
      if (instance && !seen.insert(*instance).second) end_process(*clients_[i]);
    }
  }
  void check_readers() {
    std::set<std::string> read;
    Partitions held;
    for (const auto& client : clients_) {
      read.insert(client->member.topics.begin(), client->member.topics.end());
      held = union_of(held, client->holds);
    }
    for (const std::string& topic : read) {
      const auto* known = image->find(topic);
      if (!known) continue;
      for (const auto& partition : known->partitions) {
        EXPECT_TRUE(contains(held, {known->id, partition.index}))
            << topic << "-" << partition.index << " has no reader";
      }
    }
  }

  int32_t orders_ = 4;
  std::vector<Sent> commits_;
  int64_t last_offset_ = 0;
  int64_t acknowledged_ = -1;
  int64_t deleted_to_ = 0;
  int rests_ = 0;
  int acknowledgements_ = 0;
  int deletions_ = 0;
  std::optional<Call<wire::DeleteGroupsResponse::DeletableGroupResult>> deletion_;
};

TEST_P(ConsumerWalk, nothing_is_in_two_hands_and_everything_comes_to_rest) {
  for (int event = 0; event < kEvents && !HasFailure(); ++event) {
    step();
    check_owners(fmt::format("seed {}, event {}", GetParam(), event));
    check_offsets();
    if (event % 500 == 499) check_rest();
    ASSERT_FALSE(HasFailure()) << "seed " << GetParam() << ", event " << event;
  }
  // A walk that gets nowhere proves nothing.
  EXPECT_GT(rests_, 5);
  EXPECT_GT(acknowledgements_, 50);
  EXPECT_GT(deletions_, 2);
}

std::vector<uint64_t> seeds() {
  if (const char* given = std::getenv("TENON_WALK_SEED")) {
    return {std::strtoull(given, nullptr, 10)};
  }
  std::vector<uint64_t> all(kSeeds);
  for (uint64_t i = 0; i < kSeeds; ++i) all[i] = i + 1;
  return all;
}
INSTANTIATE_TEST_SUITE_P(Seeds, ConsumerWalk, ::testing::ValuesIn(seeds()));

}  // namespace
}  // namespace tenon::groups
