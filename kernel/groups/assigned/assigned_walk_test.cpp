// SPDX-License-Identifier: Apache-2.0
//
// A random walk of classic clients whose partitions the broker assigns. Processes join, read,
// freeze, crash, leave and come back, dynamic and static, and claim what they have lost; the
// assignor changes its mind, fails or is late; the log is slow or fails, the coordinator restarts,
// the topic grows. Each seed is one walk of 10,000 events; even ones are of cooperative clients,
// odd ones of eager ones.
//
// Checked all along
//   1. Nothing is given to a cooperative member that another one of the group still reads.
//   2. In one generation no partition has two readers.
// Checked at the end, when everybody is well
//   3. The group comes to rest with every partition read, as the assignor says, and nothing
//   withheld.

#include <map>

#include "groups/assigned/handing_out.h"
#include "groups/assignment/consumer_protocol.h"
#include "groups/testing/consumer_fixture.h"

namespace tenon::groups {
namespace {

// A client, and what it believes.
struct Process {
  std::optional<std::string> instance{};
  std::string member_id{};
  int32_t generation = -1;  // -1 = it has to join
  int restarts = 0;         // before it joined
  bool synced = false;
  bool frozen = false;
  Partitions reads{};
  Partitions lost{};  // it was fenced, and goes on claiming this, as old Java clients do
  int32_t partitions_known = 0;
  std::vector<wire::JoinGroupResponse::JoinGroupResponseMember> to_assign{};  // of a leader
  bool leads = false;
  // It stayed away when a leader decided, who cannot know of it: nobody answers for what it reads.
  bool overlooked = false;
  std::optional<JoinCallResult> joining{};
  std::optional<SyncCallResult> syncing{};

  void lose() {
    lost = reads;
    member_id.clear();
    reads.clear();
    must_join();
  }
  void must_join() {
    generation = -1;
    synced = leads = false;
  }
};

class AssignedWalk : public ConsumerFixture, public ::testing::WithParamInterface<uint64_t> {
 protected:
  AssignedWalk() : dice(GetParam()), cooperative(GetParam() % 2 == 0) {
    config.initial_rebalance_delay_ms = 100;
    config.min_session_timeout_ms = 1'000;
    config.assignor_timeout_ms = 700;
    // One that is true to nothing.
    assignors.play("range", [this](const auto& group) { return scatter(group); });
    restart();
    set_assignor("uniform");
    for (int i = 0; i < 6; ++i) processes.push_back(make(i));
  }

  std::unique_ptr<Process> make(size_t place) {
    auto made = std::make_unique<Process>();
    if (place >= 4) made->instance = "static-" + std::to_string(place);
    return made;
  }
  void set_assignor(const std::string& name) {
    change_image({metadata::group_config_record("g", "tenon.assignor", name)});
  }
  Result<SimAssignors::Readers> scatter(const plugin::AssignorGroup& group) {
    SimAssignors::Readers readers;
    for (const auto& topic : group.topics) {
      auto& owners = readers.emplace_back();
      for (uint32_t i = 0; i < topic.partitions; ++i)
        owners.push_back(static_cast<int32_t>(dice.below(group.members.size())));
    }
    return readers;
  }

  // ---- Events

  void step() {
    const uint64_t event = dice.below(400);
    if (event < 12) return disturb(event);
    if (event < 16) return heal();
    if (event < 60) return pass(milliseconds(200));
    act(*processes[dice.below(processes.size())]);
  }
  void disturb(uint64_t event) {
    const size_t place = dice.below(processes.size());
    const bool worse = dice.below(4) == 0;
    switch (event) {
      case 0:
        processes[place]->frozen = true;
        return;
      case 1:
      case 2:
        processes[place]->frozen = false;
        return;
      case 3:
        return crash(place);
      case 4:
        return leave(place);
      case 5:
        return pass(milliseconds(dice.below(2'000)));
      case 6:
        return worse ? assignors.hold() : assignors.release();
      case 7:
        return worse ? let_fail("uniform") : assignors.play("uniform", SimAssignors::deal);
      case 8:
        return worse ? log.hold() : log.release();
      case 9:
        return worse ? log.fail_with(Errc::kNotEnoughReplicas) : log.recover();
      case 10:
        return set_assignor(dice.below(2) == 0 ? "uniform" : "range");
      default:
        return worse ? restart_coordinator() : grow();
    }
  }
  void heal() {
    assignors.release();
    log.release();
    log.recover();
  }
  void grow() {
    if (partitions == 16 || dice.below(2) == 0) return;
    add_topic("orders", partitions + 1, partitions);
    ++partitions;
  }
  void let_fail(const std::string& name) {
    assignors.play(name, [](const auto&) { return fail(Errc::kPluginFailed, "", "ill"); });
  }
  void restart_coordinator() {
    ++restarts;
    restart();
    if (coordinator->is_active()) return;
    log.recover();
    restart();
  }
  // The process is gone without a word; another one starts in its place.
  void crash(size_t place) {
    orphans.push_back(std::move(processes[place]));
    processes[place] = make(place);
  }
  void leave(size_t place) {
    Process& process = *processes[place];
    if (process.instance || process.frozen || process.member_id.empty() || process.joining) return;
    leaving.push_back(start_leave(process.member_id));
    crash(place);
  }

  // What a client does next.
  void act(Process& process) {
    if (process.frozen || process.joining || process.syncing) return;
    if (process.generation < 0) return do_join(process);
    if (!process.synced) return do_sync(process);
    // The leader watches the topics.
    if (process.leads && process.partitions_known != partitions) return do_join(process);
    do_heartbeat(process);
  }
  void do_join(Process& process) {
    if (!cooperative) process.reads.clear();
    process.must_join();
    process.partitions_known = partitions;
    Join join{.member_id = process.member_id,
              .instance = process.instance,
              .session_ms = 3'000,
              .rebalance_ms = 2'000};
    const Partitions claims = union_of(process.reads, process.lost);
    const Bytes words = write_subscription({"orders"}, claims, *image);
    join.protocols = {{cooperative ? "cooperative-sticky" : "range", words}};
    process.joining.emplace(start_join(join));
  }
  // A leader that knows of no better way leaves everything as its members say it is, and what two
  // of them claim to nobody.
  void do_sync(Process& process) {
    wire::SyncGroupRequest request;
    request.group_id = "g";
    request.member_id = process.member_id;
    request.group_instance_id = process.instance;
    request.generation_id = process.generation;
    std::vector<Partitions> claims;
    for (const auto& member : process.to_assign)
      claims.push_back(read_subscription(member.metadata, *image)->owned);
    const auto own = settle_claims(claims, std::vector<Partitions>(claims.size()));
    for (size_t i = 0; i < own.size(); ++i) {
      request.assignments.push_back(
          {process.to_assign[i].member_id, write_assignment(own[i], 1, *image)});
    }
    process.syncing.emplace(send_sync(std::move(request)));
  }
  void do_heartbeat(Process& process) {
    switch (heartbeat(process.member_id, process.generation, process.instance)) {
      case ErrorCode::kNone:
        return;
      case ErrorCode::kRebalanceInProgress:
        return process.must_join();
      case ErrorCode::kIllegalGeneration:
        process.reads.clear();
        return process.must_join();
      default:
        return process.lose();
    }
  }

  // ---- Answers

  // Answers reach frozen ones, too: those only have nothing more to say.
  void hear() {
    for (const auto& process : processes) {
      if (process->joining && process->joining->answered()) hear_join(*process);
      if (process->syncing && process->syncing->answered()) hear_sync(*process);
    }
  }
  void hear_join(Process& process) {
    const wire::JoinGroupResponse answer = process.joining->get();
    process.joining.reset();
    switch (static_cast<ErrorCode>(answer.error_code)) {
      case ErrorCode::kNone:
        process.member_id = answer.member_id;
        process.generation = answer.generation_id;
        process.restarts = restarts;
        process.leads = answer.leader == answer.member_id && !answer.skip_assignment;
        process.to_assign = process.leads ? answer.members : decltype(answer.members){};
        return;
      case ErrorCode::kMemberIdRequired:
        process.member_id = answer.member_id;
        return;
      case ErrorCode::kUnknownMemberId:
      case ErrorCode::kFencedInstanceId:
        return process.lose();
      default:
        return;  // it tries again
    }
  }
  void hear_sync(Process& process) {
    const wire::SyncGroupResponse answer = process.syncing->get();
    process.syncing.reset();
    switch (static_cast<ErrorCode>(answer.error_code)) {
      case ErrorCode::kNone:
        return take(process, read_assignment(answer.assignment, *image).value());
      case ErrorCode::kUnknownMemberId:
      case ErrorCode::kFencedInstanceId:
      case ErrorCode::kIllegalGeneration:
        return process.lose();
      default:
        return process.must_join();
    }
  }
  void take(Process& process, const Partitions& given) {
    ++assignments;
    process.overlooked = false;
    const Partitions added = difference_of(given, process.reads);
    if (cooperative) check_free(process, added);
    check_generation(process, given);
    const bool gives_up = !is_subset(process.reads, given) || !is_subset(process.lost, given);
    process.lost.clear();
    process.reads = given;
    process.synced = true;
    // What it has let go of is for somebody else, who must get the chance to be given it.
    if (cooperative && gives_up) process.must_join();
  }

  // ---- Checks

  void check_free(const Process& to, const Partitions& added) {
    const auto members = member_ids();
    for (const auto& other : processes) {
      if (other.get() == &to || other->overlooked || !members.contains(other->member_id)) continue;
      EXPECT_FALSE(intersects(added, other->reads))
          << to.member_id << " is given what " << other->member_id << " reads";
    }
  }
  // A generation that was not written is counted again after a restart, so only what is now counts.
  void check_generation(const Process& to, const Partitions& given) {
    for (const auto& other : processes) {
      if (other.get() == &to || other->generation != to.generation || !other->synced) continue;
      EXPECT_FALSE(intersects(given, other->reads)) << "two readers in one generation";
    }
  }
  std::set<std::string> member_ids() {
    std::set<std::string> ids;
    for (const auto& member : describe().members) ids.insert(member.member_id);
    return ids;
  }
  // Where the leader decided, who had stayed away is nobody's to answer for. A generation that was
  // not written is counted again after a restart.
  void note_fallbacks() {
    const auto report = coordinator->assigned_report("g");
    if (!report || report->fallback == Fallback::kNone) return;
    for (const auto& process : processes) {
      const bool came = process->generation == report->generation && process->restarts == restarts;
      if (!came && !process->joining) process->overlooked = true;
    }
  }

  void come_to_rest() {
    heal();
    assignors.play("uniform", SimAssignors::deal);
    set_assignor("uniform");
    // Its leader may have decided for the last time, and nobody know of it after a restart.
    coordinator->on_assignor_swapped("uniform");
    for (const auto& process : processes) process->frozen = false;
    for (int i = 0; i < 3'000; ++i) {
      for (const auto& process : processes) act(*process);
      pass(milliseconds(100));
      hear();
    }
    Partitions all;
    for (const auto& process : processes) {
      EXPECT_TRUE(process->synced);
      EXPECT_FALSE(intersects(all, process->reads));
      all = union_of(all, process->reads);
    }
    EXPECT_EQ(all.size(), static_cast<size_t>(partitions));
    const auto report = coordinator->assigned_report("g").value();
    EXPECT_EQ(report.withheld, 0u);
    EXPECT_EQ(report.fallback, Fallback::kNone);
    expect_dealt();
  }
  // SimAssignors deals partitions to the members in the order of their ids.
  void expect_dealt() {
    std::map<std::string, const Process*> by_id;
    for (const auto& process : processes) by_id[process->member_id] = process.get();
    ASSERT_EQ(by_id.size(), processes.size());
    int32_t place = 0;
    for (const auto& [id, process] : by_id) {
      std::vector<int32_t> numbers;
      for (int32_t i = place++; i < partitions; i += static_cast<int32_t>(by_id.size()))
        numbers.push_back(i);
      EXPECT_EQ(process->reads, parts("orders", numbers));
    }
  }

  SeededRandom dice;
  const bool cooperative;
  int32_t partitions = 4;
  std::vector<std::unique_ptr<Process>> processes;
  std::vector<std::unique_ptr<Process>> orphans;  // their requests may still be parked
  std::vector<LeaveCallResult> leaving;
  int assignments = 0;
  int restarts = 0;
};

TEST_P(AssignedWalk, gives_nothing_away_that_is_read_and_comes_to_rest) {
  for (int i = 0; i < 10'000; ++i) {
    step();
    run();
    note_fallbacks();
    hear();
    if (HasFailure()) FAIL() << "seed " << GetParam() << ", event " << i;
  }
  // A walk that gets nowhere proves nothing.
  EXPECT_GT(assignments, 100);
  RecordProperty("assignments", assignments);
  come_to_rest();
  if (HasFailure()) FAIL() << "seed " << GetParam() << " does not come to rest";
}

INSTANTIATE_TEST_SUITE_P(Seeds, AssignedWalk, ::testing::Range<uint64_t>(1, 33));

}  // namespace
}  // namespace tenon::groups
