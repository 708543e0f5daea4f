// SPDX-License-Identifier: Apache-2.0

#include "groups/assigned/broker_assignment.h"

#include "groups/assignment/consumer_protocol.h"
#include "groups/testing/consumer_fixture.h"

namespace tenon::groups {
namespace {

// Clients of the classic protocol, in groups that name an assignor. The topic "orders" has four
// partitions; SimAssignors deals them out in turn.
class BrokerAssignmentTest : public ConsumerFixture {
 protected:
  struct Client {
    std::string id{};
    int32_t generation = -1;
    Partitions assigned{};
    bool cooperative = false;
    std::string name = "client";
    Bytes words{};  // in place of a subscription
  };

  void set_config(const std::string& name, std::optional<std::string> value) {
    change_image({metadata::group_config_record("g", name, std::move(value))});
  }
  Join words(const Client& client) {
    Join join{.member_id = client.id, .client = client.name};
    const Partitions owned = client.cooperative ? client.assigned : Partitions{};
    const Bytes words =
        client.words.empty() ? write_subscription({"orders"}, owned, *image) : client.words;
    join.protocols = {{client.cooperative ? "cooperative-sticky" : "range", words}};
    return join;
  }
  // All of them join, the join phase ends, and they know their generation. Who begins a rebalance
  // comes first: the new ones, and the leader.
  void join_all(std::vector<Client*> clients) {
    std::ranges::sort(clients, {}, [this](const Client* client) {
      return client->id.empty() ? 0 : client == leader_ ? 1 : 2;
    });
    std::vector<JoinCallResult> calls;
    for (Client* client : clients) {
      calls.push_back(client->id.empty() ? join(words(*client)) : start_join(words(*client)));
    }
    run();
    if (!calls.back().answered()) pass(seconds(10));
    for (size_t i = 0; i < clients.size(); ++i) {
      ASSERT_EQ(calls[i].error(), ErrorCode::kNone);
      clients[i]->id = calls[i].get().member_id;
      clients[i]->generation = calls[i].get().generation_id;
      EXPECT_FALSE(calls[i].get().skip_assignment);
      if (calls[i].get().leader == clients[i]->id) leader_ = clients[i];
    }
  }
  SyncCallResult start_sync(const Client& client, const Partitions& for_all = {}) {
    wire::SyncGroupRequest request;
    request.group_id = "g";
    request.member_id = client.id;
    request.generation_id = client.generation;
    // The leader gives everything to itself.
    if (&client == leader_) {
      request.assignments.push_back({client.id, write_assignment(for_all, 1, *image)});
    }
    return send_sync(std::move(request));
  }
  void take(Client& client, SyncCallResult& call) {
    ASSERT_TRUE(call.answered());
    ASSERT_EQ(call.error(), ErrorCode::kNone);
    client.assigned = read_assignment(call.get().assignment, *image).value();
  }
  void sync_all(const std::vector<Client*>& clients) {
    std::vector<SyncCallResult> calls;
    for (Client* client : clients) {
      calls.push_back(start_sync(*client, parts("orders", {0, 1, 2, 3})));
    }
    for (size_t i = 0; i < clients.size(); ++i) take(*clients[i], calls[i]);
  }
  void rebalance_all(const std::vector<Client*>& clients) {
    join_all(clients);
    sync_all(clients);
  }
  AssignedReport report() { return coordinator->assigned_report("g").value(); }

  Client* leader_ = nullptr;
};

TEST_F(BrokerAssignmentTest, without_a_config_the_leader_decides) {
  Client a, b;
  rebalance_all({&a, &b});
  EXPECT_EQ(leader_->assigned, parts("orders", {0, 1, 2, 3}));
  EXPECT_EQ(assignors.asked(), 0u);
  EXPECT_FALSE(coordinator->assigned_report("g"));
}

TEST_F(BrokerAssignmentTest, eager_clients_get_the_assignors_word_at_once) {
  set_config("tenon.assignor", "uniform");
  Client a, b;
  rebalance_all({&a, &b});
  EXPECT_EQ(a.assigned.size(), 2u);
  EXPECT_EQ(union_of(a.assigned, b.assigned), parts("orders", {0, 1, 2, 3}));
  EXPECT_EQ(report().given, 4u);
  EXPECT_EQ(report().withheld, 0u);
  EXPECT_EQ(coordinator->assigned_counts().assigned, 1u);
}

TEST_F(BrokerAssignmentTest, what_was_decided_is_there_after_a_restart) {
  set_config("tenon.assignor", "uniform");
  Client a, b;
  rebalance_all({&a, &b});
  const Partitions before = a.assigned;
  restart();
  auto again = start_sync(a);
  take(a, again);
  EXPECT_EQ(a.assigned, before);
}

TEST_F(BrokerAssignmentTest, followers_may_sync_before_the_leader_does) {
  set_config("tenon.assignor", "uniform");
  Client a, b;
  join_all({&a, &b});
  Client& follower = leader_ == &a ? b : a;
  auto early = start_sync(follower);
  take(follower, early);
  EXPECT_EQ(follower.assigned.size(), 2u);
  auto late = start_sync(*leader_, parts("orders", {0, 1, 2, 3}));
  take(*leader_, late);
  EXPECT_EQ(leader_->assigned.size(), 2u);
}

TEST_F(BrokerAssignmentTest, cooperative_clients_get_what_is_free_first_and_the_rest_when_it_is) {
  set_config("tenon.assignor", "uniform");
  Client a{.cooperative = true};
  rebalance_all({&a});
  EXPECT_EQ(a.assigned, parts("orders", {0, 1, 2, 3}));
  Client b{.cooperative = true};
  rebalance_all({&a, &b});
  EXPECT_EQ(a.assigned.size(), 2u);
  EXPECT_EQ(b.assigned, Partitions{});
  EXPECT_EQ(report().withheld, 2u);
  // It has given up and joins again, as cooperative clients do.
  rebalance_all({&a, &b});
  EXPECT_EQ(union_of(a.assigned, b.assigned), parts("orders", {0, 1, 2, 3}));
  EXPECT_EQ(b.assigned.size(), 2u);
  EXPECT_EQ(report().withheld, 0u);
}

TEST_F(BrokerAssignmentTest, what_is_withheld_is_followed_up_if_nobody_joins_again) {
  set_config("tenon.assignor", "uniform");
  Client a{.cooperative = true};
  rebalance_all({&a});
  Client b{.cooperative = true};
  rebalance_all({&a, &b});
  GroupFixture::beat({a.id, b.id}, a.generation, seconds(62));
  EXPECT_EQ(heartbeat(a.id, a.generation), ErrorCode::kRebalanceInProgress);
}

TEST_F(BrokerAssignmentTest, what_is_withheld_is_followed_up_after_a_restart_too) {
  set_config("tenon.assignor", "uniform");
  Client a{.cooperative = true};
  rebalance_all({&a});
  Client b{.cooperative = true};
  rebalance_all({&a, &b});
  restart();
  EXPECT_EQ(report().withheld, 2u);
  GroupFixture::beat({a.id, b.id}, a.generation, seconds(62));
  EXPECT_EQ(heartbeat(a.id, a.generation), ErrorCode::kRebalanceInProgress);
}

TEST_F(BrokerAssignmentTest, a_group_that_is_through_is_left_alone_after_a_restart) {
  set_config("tenon.assignor", "uniform");
  Client a{.cooperative = true};
  rebalance_all({&a});
  restart();
  GroupFixture::beat({a.id}, a.generation, seconds(62));
  EXPECT_EQ(heartbeat(a.id, a.generation), ErrorCode::kNone);
}

TEST_F(BrokerAssignmentTest, a_group_that_goes_over_to_the_consumer_protocol_is_forgotten) {
  set_config("tenon.assignor", "uniform");
  Client a;
  rebalance_all({&a});
  joined({.id = "fresh"});
  EXPECT_FALSE(coordinator->assigned_report("g"));
  pass(seconds(300));
}

TEST_F(BrokerAssignmentTest, a_group_that_cannot_go_over_to_it_goes_on_where_it_was) {
  set_config("tenon.assignor", "uniform");
  Client a{.cooperative = true};
  rebalance_all({&a});
  Client b{.cooperative = true};
  rebalance_all({&a, &b});
  log.fail_with(Errc::kNotEnoughReplicas);
  Member fresh{.id = "fresh"};
  EXPECT_EQ(beat(fresh), ErrorCode::kCoordinatorNotAvailable);
  log.recover();
  EXPECT_EQ(report().withheld, 2u);
  GroupFixture::beat({a.id, b.id}, a.generation, seconds(62));
  EXPECT_EQ(heartbeat(a.id, a.generation), ErrorCode::kRebalanceInProgress);
}

TEST_F(BrokerAssignmentTest,
       a_config_does_not_disturb_a_group_on_its_way_to_the_consumer_protocol) {
  Client a;
  rebalance_all({&a});
  log.hold();
  auto fresh = start_heartbeat(full({.id = "fresh"}));
  set_config("tenon.assignor.shadow", "uniform");
  EXPECT_FALSE(coordinator->assigned_report("g"));
  set_config("tenon.assignor", "uniform");
  EXPECT_EQ(heartbeat(a.id, a.generation), ErrorCode::kNone);
  log.release();
  run();
  EXPECT_EQ(fresh.error(), ErrorCode::kNone);
  EXPECT_EQ(described().members.size(), 2u);
  EXPECT_FALSE(coordinator->assigned_report("g"));
  pass(seconds(20));
}

TEST_F(BrokerAssignmentTest, a_config_holds_for_a_group_that_could_not_go_over_to_it) {
  Client a, b;
  rebalance_all({&a, &b});
  log.hold();
  auto fresh = start_heartbeat(full({.id = "fresh"}));
  set_config("tenon.assignor", "uniform");
  log.fail_with(Errc::kNotEnoughReplicas);
  log.release();
  run();
  EXPECT_EQ(fresh.error(), ErrorCode::kCoordinatorNotAvailable);
  log.recover();
  EXPECT_EQ(heartbeat(a.id, a.generation), ErrorCode::kRebalanceInProgress);
  rebalance_all({&a, &b});
  EXPECT_EQ(a.assigned.size(), 2u);
}

// A group of one static member that reads everything, and stays away when another one joins.
class StaysAway : public BrokerAssignmentTest {
 protected:
  StaysAway() {
    set_config("tenon.assignor", "uniform");
    auto joined = start_join(static_join());
    pass(seconds(10));
    away.id = joined.get().member_id;
    away.generation = joined.get().generation_id;
    leader_ = &away;
    sync_all({&away});
    auto other = join(words(newcomer));
    GroupFixture::beat({}, 0, seconds(62));
    newcomer.id = other.get().member_id;
    newcomer.generation = other.get().generation_id;
    leader_ = &newcomer;
    sync_all({&newcomer});
  }
  Join static_join() {
    Join join = words(away);
    join.instance = "static";
    join.session_ms = 300'000;
    return join;
  }
  Client away{.cooperative = true};
  Client newcomer{.cooperative = true};
};

TEST_F(StaysAway, what_it_may_be_reading_is_left_to_it) {
  EXPECT_EQ(newcomer.assigned, Partitions{});
  EXPECT_EQ(report().withheld, 2u);
  for (const auto& member : describe().members) {
    if (member.member_id != away.id) continue;
    EXPECT_EQ(read_assignment(member.member_assignment, *image).value(),
              parts("orders", {0, 1, 2, 3}));
  }
}

TEST_F(StaysAway, its_next_process_reads_nothing_and_the_group_joins_again) {
  away = {.cooperative = true};
  auto again = start_join(static_join());
  EXPECT_FALSE(again.answered());
  EXPECT_EQ(heartbeat(newcomer.id, newcomer.generation), ErrorCode::kRebalanceInProgress);
  auto other = start_join(words(newcomer));
  away.id = again.get().member_id;
  away.generation = newcomer.generation = again.get().generation_id;
  sync_all({&newcomer, &away});
  EXPECT_EQ(away.assigned.size(), 2u);
  EXPECT_EQ(newcomer.assigned.size(), 2u);
  EXPECT_EQ(report().withheld, 0u);
}

TEST_F(StaysAway, whoever_joins_again_with_nothing_new_to_say_starts_the_next_generation) {
  auto again = start_join(words(newcomer));
  EXPECT_FALSE(again.answered());
  EXPECT_EQ(state(), "PreparingRebalance");
}

TEST_F(BrokerAssignmentTest, a_failing_assignor_leaves_the_decision_to_the_leader) {
  set_config("tenon.assignor", "uniform");
  assignors.play("uniform",
                 [](const auto&) { return fail(Errc::kPluginFailed, "uniform", "ill"); });
  Client a, b;
  rebalance_all({&a, &b});
  EXPECT_EQ(leader_->assigned, parts("orders", {0, 1, 2, 3}));
  EXPECT_EQ(report().fallback, Fallback::kFailed);
  EXPECT_EQ(report().problem, "uniform: ill");
  EXPECT_EQ(coordinator->assigned_counts().failed, 1u);
}

TEST_F(BrokerAssignmentTest, a_late_assignor_leaves_the_decision_to_the_leader) {
  set_config("tenon.assignor", "uniform");
  assignors.hold();
  Client a, b;
  join_all({&a, &b});
  auto leaders = start_sync(*leader_, parts("orders", {0, 1, 2, 3}));
  EXPECT_FALSE(leaders.answered());
  pass(milliseconds(config.assignor_timeout_ms));
  take(*leader_, leaders);
  EXPECT_EQ(leader_->assigned, parts("orders", {0, 1, 2, 3}));
  EXPECT_EQ(report().fallback, Fallback::kLate);
  assignors.release();
  run();
  EXPECT_EQ(state(), "Stable");
}

TEST_F(BrokerAssignmentTest, an_assignor_that_hangs_keeps_no_other_group_waiting) {
  set_config("tenon.assignor", "uniform");
  assignors.hold();
  Client a, b;
  join_all({&a, &b});
  Join other{.group = "other"};
  auto joining = join(other);
  pass(seconds(4));
  ASSERT_TRUE(joining.answered());
  EXPECT_EQ(heartbeat(joining.get().member_id, 1, std::nullopt, "other"), ErrorCode::kNone);
}

TEST_F(BrokerAssignmentTest, a_member_that_cannot_be_read_leaves_the_decision_to_the_leader) {
  set_config("tenon.assignor", "uniform");
  Client a, b;
  b.words = Bytes{0, 0, 0x7f, 0xff, 0xff, 0xff};
  b.name = "strange";
  rebalance_all({&a, &b});
  EXPECT_EQ(leader_->assigned, parts("orders", {0, 1, 2, 3}));
  EXPECT_EQ(report().fallback, Fallback::kUnreadable);
  EXPECT_NE(report().problem.find("(client id strange) joined with what cannot be read"),
            std::string::npos)
      << report().problem;
  EXPECT_EQ(coordinator->assigned_counts().unreadable, 1u);
}

TEST_F(BrokerAssignmentTest, an_answer_for_members_that_have_gone_is_for_nobody) {
  set_config("tenon.assignor", "uniform");
  assignors.hold();
  Client a, b;
  join_all({&a, &b});
  leave(b.id);
  assignors.release();
  run();
  EXPECT_EQ(state(), "PreparingRebalance");
  rebalance_all({&a});
  EXPECT_EQ(a.assigned, parts("orders", {0, 1, 2, 3}));
}

TEST_F(BrokerAssignmentTest, a_changed_config_takes_effect_while_members_are_there) {
  Client a, b;
  rebalance_all({&a, &b});
  set_config("tenon.assignor", "uniform");
  EXPECT_EQ(heartbeat(a.id, a.generation), ErrorCode::kRebalanceInProgress);
  rebalance_all({&a, &b});
  EXPECT_EQ(a.assigned.size(), 2u);
  set_config("tenon.assignor", std::nullopt);
  EXPECT_EQ(heartbeat(a.id, a.generation), ErrorCode::kRebalanceInProgress);
  rebalance_all({&a, &b});
  EXPECT_EQ(leader_->assigned.size(), 4u);
}

TEST_F(BrokerAssignmentTest, another_plugin_under_the_name_is_asked_at_once) {
  set_config("tenon.assignor", "uniform");
  Client a;
  rebalance_all({&a});
  coordinator->on_assignor_swapped("range");
  run();
  EXPECT_EQ(heartbeat(a.id, a.generation), ErrorCode::kNone);
  coordinator->on_assignor_swapped("uniform");
  run();
  EXPECT_EQ(heartbeat(a.id, a.generation), ErrorCode::kRebalanceInProgress);
}

TEST_F(BrokerAssignmentTest, a_shadow_is_compared_and_changes_nothing) {
  set_config("tenon.assignor.shadow", "uniform");
  Client a, b;
  rebalance_all({&a, &b});
  EXPECT_EQ(leader_->assigned, parts("orders", {0, 1, 2, 3}));
  const auto shadow = report().shadow.value();
  EXPECT_EQ(shadow.assignor, "uniform");
  ASSERT_TRUE(shadow.comparison);
  EXPECT_EQ(to_text(*shadow.comparison),
            "it would give 2 of 4 partitions to others; 2..2 a member instead of 0..4; 0 moved "
            "instead of 0");
}

TEST_F(BrokerAssignmentTest, a_shadow_of_a_running_group_is_compared_at_once_and_disturbs_nobody) {
  Client a, b;
  rebalance_all({&a, &b});
  set_config("tenon.assignor.shadow", "uniform");
  EXPECT_EQ(heartbeat(a.id, a.generation), ErrorCode::kNone);
  const auto shadow = report().shadow.value();
  EXPECT_EQ(shadow.generation, a.generation);
  ASSERT_TRUE(shadow.comparison);
  EXPECT_EQ(to_text(*shadow.comparison),
            "it would give 2 of 4 partitions to others; 2..2 a member instead of 0..4; 2 moved "
            "instead of 0");
  set_config("tenon.assignor.shadow", std::nullopt);
  EXPECT_FALSE(coordinator->assigned_report("g"));
}

TEST_F(BrokerAssignmentTest, an_exchanged_shadow_is_compared_again) {
  set_config("tenon.assignor.shadow", "uniform");
  Client a, b;
  rebalance_all({&a, &b});
  assignors.play("uniform",
                 [](const auto&) { return fail(Errc::kPluginFailed, "uniform", "ill"); });
  coordinator->on_assignor_swapped("uniform");
  run();
  EXPECT_EQ(report().shadow->problem, "uniform: ill");
  EXPECT_EQ(heartbeat(a.id, a.generation), ErrorCode::kNone);
}

TEST_F(BrokerAssignmentTest, the_answer_of_a_shadow_that_was_taken_back_is_for_nobody) {
  Client a, b;
  rebalance_all({&a, &b});
  assignors.hold();
  set_config("tenon.assignor.shadow", "uniform");
  assignors.play("range", [](const auto&) { return fail(Errc::kPluginFailed, "range", "ill"); });
  set_config("tenon.assignor.shadow", "range");
  assignors.release();
  run();
  EXPECT_EQ(report().shadow->assignor, "range");
  EXPECT_EQ(report().shadow->problem, "range: ill");
}

TEST_F(BrokerAssignmentTest, a_shadow_beside_an_assignor_of_the_broker_is_compared_with_it) {
  set_config("tenon.assignor", "uniform");
  Client a{.cooperative = true}, b{.cooperative = true};
  rebalance_all({&a, &b});
  set_config("tenon.assignor.shadow", "range");
  ASSERT_TRUE(report().shadow && report().shadow->comparison);
  EXPECT_EQ(report().shadow->comparison->differing, 0u);
  set_config("tenon.assignor.shadow", std::nullopt);
  EXPECT_FALSE(report().shadow);
  EXPECT_EQ(report().given, 4u);
  EXPECT_EQ(heartbeat(a.id, a.generation), ErrorCode::kNone);
}

TEST_F(BrokerAssignmentTest, a_failing_shadow_is_said_so_and_changes_nothing) {
  set_config("tenon.assignor.shadow", "uniform");
  assignors.play("uniform",
                 [](const auto&) { return fail(Errc::kPluginFailed, "uniform", "ill"); });
  Client a;
  rebalance_all({&a});
  EXPECT_EQ(a.assigned.size(), 4u);
  EXPECT_EQ(report().shadow->problem, "uniform: ill");
  EXPECT_EQ(report().fallback, Fallback::kNone);
}

// Cooperative clients come, go and stay away from joins, at random; what a client was given it has
// until it has joined again without it.
class BrokerAssignmentWalk : public BrokerAssignmentTest {
 protected:
  void step(SeededRandom& random) {
    const uint64_t event = random.next() % 4;
    if (event == 0 && clients_.size() < 6) {
      clients_.push_back(std::make_unique<Client>(Client{.cooperative = true}));
    } else if (event == 1 && clients_.size() > 1) {
      const size_t gone = random.next() % clients_.size();
      leave(clients_[gone]->id);
      if (leader_ == clients_[gone].get()) leader_ = nullptr;
      clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(gone));
    }
    rebalance_all(all());
    check_owners();
  }
  std::vector<Client*> all() {
    std::vector<Client*> all;
    for (const auto& client : clients_) all.push_back(client.get());
    return all;
  }
  // Before a sync is answered nobody has more than before; so the assignments are disjoint.
  void check_owners() {
    Partitions seen;
    for (const auto& client : clients_) {
      ASSERT_FALSE(intersects(seen, client->assigned));
      seen = union_of(seen, client->assigned);
    }
    // And nothing was taken from somebody's hands into another's in one step.
    for (const auto& client : clients_) {
      for (const auto& [id, before] : before_) {
        if (id != client->id && is_here(id)) EXPECT_FALSE(intersects(before, client->assigned));
      }
    }
    before_.clear();
    for (const auto& client : clients_) before_[client->id] = client->assigned;
  }
  bool is_here(const std::string& id) const {
    return std::ranges::any_of(clients_, [&id](const auto& client) { return client->id == id; });
  }

  std::vector<std::unique_ptr<Client>> clients_;
  std::map<std::string, Partitions> before_;
};

TEST_F(BrokerAssignmentWalk, nothing_is_given_before_it_is_let_go_of) {
  constexpr uint64_t kSeed = 11;
  RecordProperty("seed", std::to_string(kSeed));
  SeededRandom random(kSeed);
  add_topic("orders", 11, 4);
  set_config("tenon.assignor", "uniform");
  clients_.push_back(std::make_unique<Client>(Client{.cooperative = true}));
  for (int i = 0; i < 1'000; ++i) {
    step(random);
    ASSERT_FALSE(HasFatalFailure()) << "event " << i;
  }
  rebalance_all(all());
  rebalance_all(all());
  EXPECT_EQ(report().withheld, 0u);
  size_t given = 0;
  for (const auto& client : clients_) given += client->assigned.size();
  EXPECT_EQ(given, 11u);
}

}  // namespace
}  // namespace tenon::groups
