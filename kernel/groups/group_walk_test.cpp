// SPDX-License-Identifier: Apache-2.0
//
// A random walk: clients join, sync, beat, commit, leave and crash in any order, time passes, the
// log is slow or fails, the coordinator restarts. Each seed is one walk, and says so when it fails.
//
// Checked all along
//   1. All members of a generation are told of the same leader and protocol.
//   2. An assignment comes from the leader of that very generation and is the member's own.
//   3. An acknowledged offset is never lost.
//   4. A group in between two rebalances is what the records in the log make of it, and nothing
//      else.
// Checked at the end
//   5. No request stays parked and no timer is left but the check for expired offsets.

#include <map>

#include "groups/table/group_queries.h"
#include "groups/testing/group_fixture.h"

namespace tenon::groups {
namespace {

// What a client believes; it may be wrong.
struct Client {
  std::string member_id;
  std::optional<std::string> instance;
  int32_t generation = -1;
  std::vector<std::string> to_assign;  // for a leader that has not synced
  std::optional<JoinCallResult> joining;
  std::optional<SyncCallResult> syncing;

  bool waits() const { return joining || syncing; }
  void forget() {
    member_id.clear();
    generation = -1;
    to_assign.clear();
  }
};

class GroupWalk : public GroupFixture, public ::testing::WithParamInterface<uint64_t> {
 protected:
  GroupWalk() : dice(GetParam()), clients(6) {
    config.initial_rebalance_delay_ms = 1'000;
    config.max_size = 5;
    restart();
    clients[4].instance = "four";
    clients[5].instance = "five";
  }

  void step() {
    Client& client = clients[dice.below(clients.size())];
    switch (dice.below(16)) {
      case 0:
      case 1:
      case 2:
        return do_join(client);
      case 3:
      case 4:
      case 5:
        return do_sync(client);
      case 6:
      case 7:
      case 8:
        return do_heartbeat(client);
      case 9:
        return do_commit(client);
      case 10:
        return dice.below(4) == 0 ? do_leave(client) : pass(milliseconds(300));
      case 11:
        return dice.below(4) == 0 ? do_crash(client) : pass(milliseconds(700));
      case 12:
        return pass(milliseconds(dice.below(4'000)));
      case 13:
        return dice.below(3) == 0 ? log.hold() : log.release();
      case 14:
        return dice.below(4) == 0 ? log.fail_with(Errc::kNotEnoughReplicas) : log.recover();
      case 15:
        return dice.below(12) == 0 ? do_restart() : run();
    }
  }

  void do_join(Client& client) {
    // Most clients join when they must; some do so for no reason.
    if (client.waits() || (client.generation >= 0 && dice.below(20) != 0)) return;
    Join join{.member_id = client.member_id, .instance = client.instance, .rebalance_ms = 8'000};
    if (dice.below(3) == 0) join.protocols = {{"sticky", {}}, {"range", subscription({"orders"})}};
    client.joining.emplace(start_join(join));
  }
  void do_sync(Client& client) {
    if (client.waits() || client.generation < 0) return;
    Shares shares;
    for (const auto& id : client.to_assign) {
      shares.emplace_back(id, std::to_string(client.generation) + " " + id);
    }
    client.syncing.emplace(sync(client.member_id, client.generation, shares));
  }
  void do_heartbeat(Client& client) {
    if (client.waits() || client.generation < 0) return;
    const ErrorCode code = heartbeat(client.member_id, client.generation, client.instance);
    if (code == ErrorCode::kRebalanceInProgress || code == ErrorCode::kIllegalGeneration) {
      client.generation = -1;
    } else if (code != ErrorCode::kNone) {
      client.forget();
    }
  }
  void do_commit(Client& client) {
    if (client.generation < 0) return;
    commits.push_back({++last_offset, start_commit({.offset = last_offset,
                                                    .member_id = client.member_id,
                                                    .generation = client.generation,
                                                    .instance = client.instance})});
  }
  void do_leave(Client& client) {
    if (client.waits() || client.member_id.empty()) return;
    orphaned_leaves.push_back(
        start_leave_all({{.member_id = client.member_id, .group_instance_id = client.instance}}));
    client.forget();
  }
  // Its connection is gone: nobody hears what it had asked for.
  void do_crash(Client& client) {
    if (client.joining) orphaned_joins.push_back(std::move(*client.joining));
    if (client.syncing) orphaned_syncs.push_back(std::move(*client.syncing));
    client.joining.reset();
    client.syncing.reset();
    client.forget();
  }
  void do_restart() {
    restart();
    if (!coordinator->is_active()) {
      log.recover();
      restart();
    }
    // A generation that was not written is counted again.
    leaders.clear();
  }

  void hear() {
    for (Client& client : clients) {
      if (client.joining && client.joining->answered()) hear_join(client);
      if (client.syncing && client.syncing->answered()) hear_sync(client);
    }
    std::erase_if(commits, [this](auto& each) { return hear_commit(each.first, each.second); });
  }
  void hear_join(Client& client) {
    const wire::JoinGroupResponse answer = client.joining->get();
    client.joining.reset();
    const auto code = static_cast<ErrorCode>(answer.error_code);
    if (code == ErrorCode::kMemberIdRequired) {
      client.member_id = answer.member_id;
      return;
    }
    if (code == ErrorCode::kNone) return enter(client, answer);
    if (code != ErrorCode::kRebalanceInProgress) client.forget();
  }
  void enter(Client& client, const wire::JoinGroupResponse& answer) {
    EXPECT_GE(answer.generation_id, 1);
    client.member_id = answer.member_id;
    client.generation = answer.generation_id;
    client.to_assign.clear();
    const bool leads = answer.leader == answer.member_id;
    EXPECT_TRUE(leads || answer.members.empty());
    if (leads && !answer.skip_assignment) {
      for (const auto& member : answer.members) client.to_assign.push_back(member.member_id);
    }
    // A static leader that comes back goes on under another name.
    if (!client.instance && !answer.leader.starts_with("f")) {
      const auto known = leaders.emplace(answer.generation_id, answer.leader).first;
      EXPECT_EQ(known->second, answer.leader) << "generation " << answer.generation_id;
    }
  }
  void hear_sync(Client& client) {
    const wire::SyncGroupResponse answer = client.syncing->get();
    client.syncing.reset();
    if (answer.error_code != 0) {
      client.generation = -1;
      if (answer.error_code == static_cast<int16_t>(ErrorCode::kUnknownMemberId)) client.forget();
      return;
    }
    ++assignments;
    const std::string share = text_of(answer.assignment);
    if (share.empty()) return;
    const std::string expected = std::to_string(client.generation) + " ";
    EXPECT_TRUE(share.starts_with(expected)) << share << " in generation " << client.generation;
    if (!client.instance) EXPECT_EQ(share, expected + client.member_id);
  }
  bool hear_commit(int64_t offset, CommitCallResult& call) {
    if (!call.answered()) return false;
    if (commit_code(call.get()) == ErrorCode::kNone) acknowledged = std::max(acknowledged, offset);
    return true;
  }

  void check() {
    if (!coordinator->is_active()) return;
    const int64_t found = fetch();
    EXPECT_GE(found, acknowledged);
    EXPECT_LE(found, last_offset);
  }

  // What is on its way into the log is not decided on twice, so the state stands still meanwhile.
  void check_records() {
    if (!coordinator->is_active()) return;
    const auto group = describe();
    if (group.group_state != "Stable" && group.group_state != "Empty") return;
    ++compared;
    const auto found = groups::describe(from_records(), "g");
    // Ids that were given out, and a group of nothing else, are not written.
    if (found.group_state != "Dead") EXPECT_EQ(found.group_state, group.group_state);
    ASSERT_EQ(found.members.size(), group.members.size());
    for (size_t i = 0; i < found.members.size(); ++i) {
      EXPECT_EQ(found.members[i].member_id, group.members[i].member_id);
      EXPECT_EQ(found.members[i].member_metadata, group.members[i].member_metadata);
      EXPECT_EQ(found.members[i].member_assignment, group.members[i].member_assignment);
    }
  }
  GroupTable from_records() {
    GroupTable table(scheduler);
    for (const auto& record : log.all_records()) {
      statemachine::CommittedRecord committed{.key = record.key, .value = std::nullopt};
      if (record.value) committed.value = *record.value;
      EXPECT_TRUE(table.replay(committed));
    }
    table.finish_load();
    return table;
  }

  void wind_down() {
    log.recover();
    log.release();
    hear();
    for (Client& client : clients) do_crash(client);
    pass(seconds(600));
    hear();
    for (auto& call : orphaned_joins) EXPECT_TRUE(call.answered());
    for (auto& call : orphaned_syncs) EXPECT_TRUE(call.answered());
    for (auto& call : orphaned_leaves) EXPECT_TRUE(call.answered());
    EXPECT_TRUE(commits.empty());
    EXPECT_EQ(members(), 0u);
    EXPECT_EQ(scheduler.timers(), 1u);
  }

  SeededRandom dice;
  std::vector<Client> clients;
  std::vector<JoinCallResult> orphaned_joins;
  std::vector<SyncCallResult> orphaned_syncs;
  std::vector<LeaveCallResult> orphaned_leaves;
  std::vector<std::pair<int64_t, CommitCallResult>> commits;
  std::map<int32_t, std::string> leaders;
  int64_t last_offset = 0;
  int64_t acknowledged = -1;
  int assignments = 0;
  int compared = 0;
};

TEST_P(GroupWalk, keeps_its_promises) {
  for (int i = 0; i < 10'000; ++i) {
    step();
    run();
    hear();
    check();
    if (HasFailure()) FAIL() << "seed " << GetParam() << ", step " << i;
  }
  // A walk that gets nowhere proves nothing.
  EXPECT_GT(assignments, 20);
  EXPECT_GT(acknowledged, 20);
  wind_down();
}

TEST_P(GroupWalk, is_what_its_records_make_of_it) {
  for (int i = 0; i < 2'000; ++i) {
    step();
    run();
    hear();
    check_records();
    if (HasFailure()) FAIL() << "seed " << GetParam() << ", step " << i;
  }
  EXPECT_GT(compared, 20);
}

INSTANTIATE_TEST_SUITE_P(Seeds, GroupWalk, ::testing::Range<uint64_t>(1, 17));

}  // namespace
}  // namespace tenon::groups
