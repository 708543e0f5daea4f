// SPDX-License-Identifier: Apache-2.0

#include "groups/assigned/broker_assignment.h"

#include <set>
#include <utility>

#include "base/log.h"
#include "groups/assignment/consumer_protocol.h"

namespace tenon::groups {
namespace {

using std::chrono::milliseconds;

enum class Stage {
  kOver,    // no generation is being assigned, or the leader alone decides
  kAsking,  // the assignor has been asked
  kGiven,   // its assignment has been given
  kFailed,  // the leader decides after all
};

size_t count(const std::vector<Partitions>& by_member) {
  size_t all = 0;
  for (const Partitions& each : by_member) all += each.size();
  return all;
}

}  // namespace

// What is known of one group.
struct BrokerAssignment::Job {
  explicit Job(Scheduler& scheduler) : deadline(scheduler), follow_up(scheduler) {}

  std::string assignor;  // of the generation; "" = the leader
  std::string shadow;    // "" = none
  int32_t generation = 0;
  Stage phase = Stage::kOver;
  std::optional<GroupWords> words;
  std::optional<Assignments> from_leader;
  statemachine::Timer deadline;   // of the assignor
  statemachine::Timer follow_up;  // for what is withheld
  // What the shadow is compared with, and its answer, whichever comes first.
  std::optional<std::vector<Partitions>> decision;
  std::optional<std::vector<Partitions>> shadow_answer;
  AssignedReport report;

  // The words take memory, and are not looked at again once the decision has been told, and
  // compared if it is to be.
  void let_words_go() {
    const bool told = shadow.empty() || (report.shadow && report.shadow->generation == generation);
    if (phase != Stage::kAsking && told) words.reset();
  }
  void end() {
    phase = Stage::kOver;
    deadline.cancel();
    follow_up.cancel();
    words.reset();
    from_leader.reset();
    decision.reset();
    shadow_answer.reset();
    report.withheld = 0;
    report.waits.clear();
  }
};

BrokerAssignment::BrokerAssignment(const CoordinatorParts& parts, Turns& turns, Doors doors)
    : parts_(parts),
      turns_(turns),
      doors_(std::move(doors)),
      alive_(std::make_shared<Alive>(Alive{this})) {}

BrokerAssignment::~BrokerAssignment() = default;

void BrokerAssignment::begin(Group& group) {
  const GroupSettings settings = settings_of_group(group.id());
  if (settings.assignor.empty() && settings.shadow_assignor.empty()) return forget(group);
  Job& job = job_of(group.id());
  job.end();
  job.assignor = settings.assignor;
  job.shadow = settings.shadow_assignor;
  job.generation = group.generation();
  job.report = {.assignor = job.assignor,
                .generation = job.generation,
                .problem = {},
                .fallbacks = job.report.fallbacks,
                .shadow = std::move(job.report.shadow)};
  auto words = read_members(group, parts_.image());
  if (!words) return on_unreadable(group, job, words.error());
  job.words = std::move(*words);
  start_asking(group, job);
}

void BrokerAssignment::on_unreadable(Group& group, Job& job, const Unreadable& unreadable) {
  std::string problem = unreadable.why;
  if (!unreadable.member_id.empty()) {
    problem = fmt::format("member {} (client id {}) joined with what cannot be read: {}",
                          unreadable.member_id, unreadable.client_id, unreadable.why);
  }
  if (!job.shadow.empty()) report_shadow(group.id(), job, problem);
  if (!job.assignor.empty()) fall_back(group, job, Fallback::kUnreadable, std::move(problem));
}

void BrokerAssignment::start_asking(Group& group, Job& job) {
  if (!job.assignor.empty()) {
    job.phase = Stage::kAsking;
    job.deadline.arm(milliseconds(parts_.config.assignor_timeout_ms), [this, id = group.id()] {
      turns_.queue(id, [this](Group& waiting) { on_deadline(waiting); });
    });
    spawn(ask(alive_, {group.id(), job.generation, job.assignor, false}, job.words->question));
  }
  if (!job.shadow.empty()) ask_shadow(group, job);
}

void BrokerAssignment::ask_shadow(const Group& group, Job& job) {
  spawn(ask(alive_, {group.id(), job.generation, job.shadow, true}, job.words->question));
}

// Touches the coordinator only where the pointer still holds: an assignor may answer after its end.
Task<void> BrokerAssignment::ask(std::weak_ptr<Alive> alive, Ticket ticket,
                                 AssignmentInput question) {
  const CoordinatorParts& parts = alive.lock()->self->parts_;
  auto asked = parts.assignors.assign(parts.scheduler, ticket.assignor, std::move(question),
                                      milliseconds(parts.config.assignor_timeout_ms));
  auto answer = co_await std::move(asked);
  const auto living = alive.lock();
  if (!living) co_return;
  const std::string id = ticket.group_id;
  BrokerAssignment* self = living->self;
  self->turns_.queue(
      id, [self, ticket = std::move(ticket), answer = std::move(answer)](Group& group) mutable {
        self->on_answer(group, ticket, std::move(answer));
      });
}

void BrokerAssignment::on_answer(Group& group, const Ticket& ticket, Result<Assignment> answer) {
  Job* job = find(ticket.group_id);
  // Somebody may have joined or left meanwhile; then this answer is for nobody.
  if (!job || !job->words || job->generation != ticket.generation) return;
  if (ticket.shadow) {
    if (ticket.assignor == job->shadow) on_shadow_answer(ticket.group_id, *job, std::move(answer));
    return;
  }
  if (job->phase != Stage::kAsking) return;
  if (answer) return on_assigned(group, *job, answer->by_member);
  const bool late = answer.error().code == Errc::kTimeout;
  fall_back(group, *job, late ? Fallback::kLate : Fallback::kFailed, answer.error().text());
}

void BrokerAssignment::on_deadline(Group& group) {
  Job* job = find(group.id());
  // It may have answered before it was the group's turn, or be asked anew.
  if (!job || job->phase != Stage::kAsking || job->deadline.armed()) return;
  fall_back(group, *job, Fallback::kLate,
            fmt::format("assignor {} was not ready in {} ms", job->assignor,
                        parts_.config.assignor_timeout_ms));
}

void BrokerAssignment::on_assigned(Group& group, Job& job, const std::vector<Partitions>& target) {
  job.phase = Stage::kGiven;
  job.deadline.cancel();
  job.from_leader.reset();
  ++counts_.assigned;
  const HandingOut out = hand_out(target, job.words->holdings);
  job.report.given = count(out.given);
  note_waits(job, out);
  log_info(
      "group {}: generation {}: assignor {} gives {} partitions to {} members{}", group.id(),
      job.generation, job.assignor, job.report.given, out.given.size(),
      out.withheld == 0
          ? ""
          : fmt::format("; {} are withheld until their readers have let go of them", out.withheld));
  if (out.withheld > 0) watch(group, job, out.withheld);
  give(group, job, out);
  // A shadow is held against what is meant, not against the step to it.
  job.decision = target;
  compare_if_ready(group.id(), job);
  job.let_words_go();
}

void BrokerAssignment::note_waits(Job& job, const HandingOut& out) {
  const AssignmentInput& question = job.words->question;
  for (const auto& wait : out.waits) {
    const metadata::TopicInfo* topic = question.image->find(wait.partition.topic);
    if (!topic || wait.holder >= question.members.size()) continue;
    job.report.waits.push_back({question.members[wait.member].id,
                                {topic->name, wait.partition.partition},
                                question.members[wait.holder].id});
  }
}

void BrokerAssignment::watch(const Group& group, Job& job, size_t withheld) {
  job.report.withheld = withheld;
  job.follow_up.arm(milliseconds(group.rebalance_timeout_ms()),
                    [this, id = group.id()] { rebalance(id, Cause::kPartitionsGivenUp); });
}

void BrokerAssignment::give(Group& group, Job& job, const HandingOut& out) {
  const AssignmentInput& question = job.words->question;
  Assignments assignments;
  for (size_t i = 0; i < out.given.size(); ++i) {
    assignments[question.members[i].id] =
        write_assignment(out.given[i], job.words->versions[i], *question.image);
  }
  doors_.give(group, assignments);
}

void BrokerAssignment::fall_back(Group& group, Job& job, Fallback why, std::string problem) {
  job.phase = Stage::kFailed;
  job.deadline.cancel();
  ++job.report.fallbacks;
  ++(why == Fallback::kUnreadable ? counts_.unreadable
     : why == Fallback::kLate     ? counts_.late
                                  : counts_.failed);
  warnings_.warn(parts_.scheduler.clock().now(),
                 fmt::format("group {}: its leader's assignment stands in for that of {}: {}",
                             group.id(), job.assignor, problem));
  job.report.fallback = why;
  job.report.problem = std::move(problem);
  job.let_words_go();
  if (!job.from_leader) return;
  const Assignments from_leader = *std::exchange(job.from_leader, std::nullopt);
  note_leaders(group.id(), job, from_leader);
  doors_.give(group, from_leader);
}

bool BrokerAssignment::take(const Group& group, const Assignments& from_leader) {
  Job* job = find(group.id());
  if (!job || job->generation != group.generation()) return false;
  if (job->phase == Stage::kGiven) return true;
  if (job->phase == Stage::kAsking) {
    job->from_leader = from_leader;
    return true;
  }
  note_leaders(group.id(), *job, from_leader);
  return false;
}

// What the leader has decided, for the shadow to be compared with.
void BrokerAssignment::note_leaders(const std::string& group_id, Job& job,
                                    const Assignments& from_leader) {
  if (job.shadow.empty() || !job.words) return;
  std::vector<Partitions> by_member;
  for (const auto& member : job.words->question.members) {
    Partitions& own = by_member.emplace_back();
    const auto found = from_leader.find(member.id);
    if (found == from_leader.end() || found->second.empty()) continue;
    auto read = read_assignment(found->second, *job.words->question.image);
    if (!read) return report_shadow(group_id, job, "what the leader assigns cannot be read");
    own = std::move(*read);
  }
  job.decision = std::move(by_member);
  compare_if_ready(group_id, job);
}

void BrokerAssignment::on_shadow_answer(const std::string& group_id, Job& job,
                                        Result<Assignment> answer) {
  if (!answer) return report_shadow(group_id, job, answer.error().text());
  job.shadow_answer = std::move(answer->by_member);
  compare_if_ready(group_id, job);
}

void BrokerAssignment::report_shadow(const std::string& group_id, Job& job, std::string problem) {
  log_info("group {}: generation {}: there is no comparison with {}: {}", group_id, job.generation,
           job.shadow, problem);
  job.report.shadow = {.assignor = job.shadow,
                       .generation = job.generation,
                       .comparison = std::nullopt,
                       .problem = std::move(problem)};
  job.let_words_go();
}

void BrokerAssignment::compare_if_ready(const std::string& group_id, Job& job) {
  if (!job.decision || !job.shadow_answer) return;
  std::vector<Partitions> before;
  for (const auto& member : job.words->question.members) before.push_back(member.owned);
  const Comparison comparison = compare(before, *job.decision, *job.shadow_answer);
  ++counts_.compared;
  log_info("group {}: generation {}: were {} to decide, {}", group_id, job.generation, job.shadow,
           to_text(comparison));
  job.report.shadow = {.assignor = job.shadow,
                       .generation = job.generation,
                       .comparison = comparison,
                       .problem = {}};
  job.let_words_go();
}

// Of a group that is in the middle of a generation's assignment the next one is compared.
void BrokerAssignment::change_shadow(Group& group, const std::string& shadow) {
  if (!group.is(GroupState::kStable) || group.migrating) return;
  Job& job = job_of(group.id());
  if (shadow.empty() && job.assignor.empty()) return forget(group);
  job.shadow = shadow;
  job.generation = job.report.generation = group.generation();
  job.report.shadow.reset();
  job.shadow_answer.reset();
  if (shadow.empty()) return job.let_words_go();
  auto words = read_members(group, parts_.image());
  if (!words) return report_shadow(group.id(), job, words.error().why);
  job.words = std::move(*words);
  job.decision.emplace();
  for (const auto& member : job.words->question.members) job.decision->push_back(member.owned);
  ask_shadow(group, job);
}

// Of groups that have been given something, or are about to be; those that join come by anyway.
void BrokerAssignment::rebalance(const std::string& group_id, Cause cause) {
  turns_.queue(group_id, [this, cause](Group& group) {
    if (group.is(GroupState::kStable) || group.is(GroupState::kCompletingRebalance)) {
      doors_.rebalance(group, {cause});
    }
  });
}

void BrokerAssignment::end(const Group& group) {
  if (Job* job = find(group.id())) job->end();
}

void BrokerAssignment::forget(const Group& group) {
  const auto job = jobs_.find(group.id());
  if (job != jobs_.end()) jobs_.erase(job);
}

bool BrokerAssignment::withholds(const Group& group) const {
  const Job* job = find(group.id());
  return job && job->phase == Stage::kGiven && job->report.withheld > 0;
}

void BrokerAssignment::on_loaded() {
  for (const auto& [id, group] : parts_.table.groups()) take_up(*group);
}

void BrokerAssignment::take_up(const Group& group) {
  if (group.members().empty()) return;
  GroupSettings settings = settings_of_group(group.id());
  if (settings.assignor.empty() && settings.shadow_assignor.empty()) return;
  Job& job = job_of(group.id());
  job.assignor = job.report.assignor = std::move(settings.assignor);
  job.shadow = std::move(settings.shadow_assignor);
  job.generation = group.generation();
  if (job.assignor.empty() || !group.is(GroupState::kStable)) return;
  job.phase = Stage::kGiven;
  if (const size_t withheld = missing(group); withheld > 0) watch(group, job, withheld);
}

// Partitions that the members of a cooperative group subscribe to, and none was given.
size_t BrokerAssignment::missing(const Group& group) const {
  const auto image = parts_.image();
  const auto words = read_members(group, image);
  if (!words || !words->cooperative) return 0;
  std::set<const metadata::TopicInfo*> topics;
  size_t given = 0;
  for (const auto& member : words->question.members) {
    given += member.owned.size();
    for (const std::string& name : member.topics)
      topics.insert(image->find(std::string_view(name)));
  }
  topics.erase(nullptr);
  size_t all = 0;
  for (const auto* topic : topics) all += topic->partitions.size();
  return all > given ? all - given : 0;
}

void BrokerAssignment::on_image(const metadata::Changes& changes) {
  for (const std::string& id : changes.group_configs) {
    Group* group = parts_.table.find(id);
    if (!group || group->protocol_type() != kConsumerProtocolType) continue;
    const Job* job = find(id);
    const GroupSettings now = settings_of_group(id);
    if (now.assignor != (job ? job->assignor : "")) {
      rebalance(id, Cause::kAssignorChanged);
    } else if (now.shadow_assignor != (job ? job->shadow : "")) {
      change_shadow(*group, now.shadow_assignor);
    }
  }
}

void BrokerAssignment::on_assignor_swapped(std::string_view name) {
  std::vector<std::string> affected;
  for (const auto& [id, job] : jobs_) {
    if (job->assignor == name || job->shadow == name) affected.push_back(id);
  }
  for (const std::string& id : affected) {
    Group* group = parts_.table.find(id);
    const Job* job = find(id);
    if (!group || !job) continue;
    if (job->assignor == name) {
      rebalance(id, Cause::kAssignorChanged);
    } else {
      change_shadow(*group, std::string(name));
    }
  }
}

void BrokerAssignment::on_stopped() {
  alive_.reset();
  jobs_.clear();
}

std::optional<AssignedReport> BrokerAssignment::report(std::string_view group_id) const {
  const Job* job = find(group_id);
  return job ? std::optional(job->report) : std::nullopt;
}

GroupSettings BrokerAssignment::settings_of_group(const std::string& group_id) const {
  return settings_of(*parts_.image(), group_id, parts_.config);
}

BrokerAssignment::Job& BrokerAssignment::job_of(const std::string& group_id) {
  auto& job = jobs_[group_id];
  if (!job) job = std::make_unique<Job>(parts_.scheduler);
  return *job;
}

BrokerAssignment::Job* BrokerAssignment::find(std::string_view group_id) const {
  const auto found = jobs_.find(group_id);
  return found == jobs_.end() ? nullptr : found->second.get();
}

}  // namespace tenon::groups
