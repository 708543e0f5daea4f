// SPDX-License-Identifier: Apache-2.0

#include "groups/consumer/target_maker.h"

#include <algorithm>

#include "base/log.h"
#include "groups/consumer/consumer_records.h"
#include "groups/group_settings.h"

namespace tenon::groups {

using std::chrono::milliseconds;

// Somebody who cannot be answered without a target.
struct TargetMaker::Waiter {
  explicit Waiter(Scheduler& scheduler) : deadline(scheduler) {}
  int32_t epoch = 0;  // for which it waits
  Promise<void> promise;
  statemachine::Timer deadline;
};

// What goes on for one group; gone when nothing does.
struct TargetMaker::Job {
  explicit Job(Scheduler& scheduler) : rest(scheduler), retry(scheduler) {}
  bool asking = false;
  int32_t asked_epoch = 0;
  statemachine::Timer rest;       // consumer.assignment.interval.ms after the last answer
  std::optional<Occasion> again;  // asked for meanwhile
  int failures = 0;               // in a row
  std::string problem;
  statemachine::Timer retry;
  std::list<Waiter> waiters;

  bool busy() const { return asking || rest.armed(); }
  bool idle() const { return !busy() && !again && failures == 0 && waiters.empty(); }
};

struct TargetMaker::Question {
  std::string group_id;
  std::string assignor;
  Occasion occasion;
  int32_t epoch = 0;
  std::weak_ptr<const void> life;  // of the group
  AssignmentInput input;
};

TargetMaker::TargetMaker(Parts parts)
    : parts_(std::move(parts)), alive_(std::make_shared<Alive>(Alive{this})) {}

TargetMaker::~TargetMaker() = default;

const ConsumerGroup* TargetMaker::find(const std::string& group_id) const {
  const Group* group = parts_.coordinator.table.find(group_id);
  return group ? group->consumer.get() : nullptr;
}

TargetMaker::Job& TargetMaker::job_of(const std::string& group_id) {
  auto& job = jobs_[group_id];
  if (!job) job = std::make_unique<Job>(parts_.coordinator.scheduler);
  return *job;
}

std::string TargetMaker::assignor_of(const ConsumerGroup& group) const {
  const auto wanted = group.wanted_assignor();
  if (wanted && parts_.coordinator.assignors.has(*wanted)) return *wanted;
  const auto& offered = parts_.coordinator.config.consumer.assignors;
  return offered.empty() ? "" : offered.front();
}

std::string TargetMaker::problem(const std::string& group_id) const {
  const auto job = jobs_.find(group_id);
  if (job == jobs_.end()) return "";
  if (!job->second->problem.empty() || !job->second->asking) return job->second->problem;
  const ConsumerGroup* group = find(group_id);
  return group ? "assignor " + assignor_of(*group) + " was asked, and has not answered yet" : "";
}

Future<void> TargetMaker::made(const std::string& group_id) {
  Promise<void> promise;
  auto future = promise.future();
  const ConsumerGroup* group = find(group_id);
  if (stopped_ || !group || !group->is_assigning()) {
    promise.fulfil();
    return future;
  }
  start(group_id);
  Job& job = job_of(group_id);
  Waiter& waiter = job.waiters.emplace_back(parts_.coordinator.scheduler);
  waiter.epoch = group->epoch();
  waiter.promise = std::move(promise);
  waiter.deadline.arm(milliseconds(parts_.coordinator.config.assignor_timeout_ms), [&job, &waiter] {
    auto mine = std::move(waiter.promise);
    job.waiters.remove_if([&](const Waiter& one) { return &one == &waiter; });
    mine.fulfil();
  });
  return future;
}

void TargetMaker::start(const std::string& group_id) {
  const ConsumerGroup* group = find(group_id);
  if (group && group->is_assigning()) ask(group_id, Occasion::kStale);
}

void TargetMaker::verify(const std::string& group_id) {
  ask(group_id, Occasion::kVerify);
}

void TargetMaker::renew(const std::string& group_id) {
  ask(group_id, Occasion::kRenew);
}

void TargetMaker::ask(const std::string& group_id, Occasion occasion) {
  const ConsumerGroup* group = find(group_id);
  if (stopped_ || !group || group->members().empty()) return;
  Job& job = job_of(group_id);
  if (job.busy()) {
    const bool same = job.asking && job.asked_epoch == group->epoch();
    if (occasion == Occasion::kStale && same) return;
    job.again = std::max(job.again.value_or(occasion), occasion);
    return;
  }
  job.asking = true;
  job.asked_epoch = group->epoch();
  job.again.reset();
  job.retry.cancel();
  spawn(run(alive_, question_of(group_id, *group, occasion)));
}

TargetMaker::Question TargetMaker::question_of(const std::string& group_id,
                                               const ConsumerGroup& group,
                                               Occasion occasion) const {
  Question question{.group_id = group_id,
                    .assignor = assignor_of(group),
                    .occasion = occasion,
                    .epoch = group.epoch(),
                    .life = group.life(),
                    .input = {.members = {}, .image = parts_.coordinator.image()}};
  for (const auto& [id, member] : group.members()) {
    const MemberWords& words = member->words;
    // What the target says, not what has come about of it: the next one should differ little.
    question.input.members.push_back({.id = id,
                                      .instance_id = words.instance_id,
                                      .rack = words.rack_id.value_or(""),
                                      .topics = words.topics,
                                      .regex = words.regex,
                                      .owned = group.target_of(id),
                                      .generation = 0});
  }
  return question;
}

// Touches the maker only where the pointer still holds: an assignor may answer after its end.
Task<void> TargetMaker::run(std::weak_ptr<Alive> alive, Question question) {
  auto parts = alive.lock()->self->parts_.coordinator;
  // The answer is held against the members and the image of the question.
  auto answer = co_await parts.assignors.assign(parts.scheduler, question.assignor, question.input,
                                                milliseconds(parts.config.assignor_timeout_ms));
  const auto living = alive.lock();
  if (!living || living->self->stopped_) co_return;
  co_await living->self->finish(std::move(question), std::move(answer));
}

Task<void> TargetMaker::finish(Question question, Result<Assignment> answer) {
  const auto hold = parts_.running.hold();
  const std::string id = question.group_id;
  int32_t made_epoch = question.epoch;
  Result<> stored;
  if (answer) {
    const auto turn = co_await parts_.coordinator.lanes.take(id);
    stored = co_await store(question, *answer);
    if (const ConsumerGroup* group = find(id)) made_epoch = group->assignment_epoch();
  } else {
    stored = forward(answer);
  }
  job_of(id).asking = false;
  if (!stored) on_failed(question, stored.error());
  next(id, made_epoch, !stored);
}

// Who it is now that was asked about: a static member may have come back under another id, which
// raises no epoch and so makes no other question.
const ConsumerMember* TargetMaker::now_of(const ConsumerGroup& group,
                                          const AssignmentInput::Member& asked) {
  if (const ConsumerMember* member = group.find(asked.id)) return member;
  return asked.instance_id ? group.find_static(*asked.instance_id) : nullptr;
}

// Writes what is different from before. The group may have changed since the question was asked:
// who is gone has no target any more, who has come since gets one next time.
Task<Result<>> TargetMaker::store(const Question& question, const Assignment& answer) {
  const std::string& id = question.group_id;
  const ConsumerGroup* group = find(id);
  // One that was made anew has epochs and members of its own.
  if (!group || question.life.expired()) co_return Result<>{};
  // What changed the group since is asked about next, with the topics and the assignor of then.
  if (question.occasion != Occasion::kStale && group->epoch() != question.epoch) {
    co_return Result<>{};
  }
  const bool same_topics = answer.metadata_hash == group->metadata_hash();
  int32_t epoch = question.epoch;
  Records records;
  if (question.occasion != Occasion::kStale && epoch == group->assignment_epoch()) {
    if (same_topics && question.occasion == Occasion::kVerify) co_return Result<>{};
    ++epoch;
  }
  const int32_t group_epoch = std::max(epoch, group->epoch());
  if (!same_topics || group_epoch != group->epoch()) {
    records.push_back(epoch_record(id, group_epoch, answer.metadata_hash));
  }
  for (const auto& [regex, topics] : answer.topics_of_regex) {
    const auto known = group->regexes().find(regex);
    if (!group->uses_regex(regex)) continue;
    if (known != group->regexes().end() && known->second.topics == topics) continue;
    records.push_back(regex_record(id, regex,
                                   {.topics = topics,
                                    .version = static_cast<int64_t>(question.input.image->index()),
                                    .timestamp_ms = parts_.coordinator.now_ms()}));
  }
  for (size_t i = 0; i < answer.by_member.size(); ++i) {
    const ConsumerMember* member = now_of(*group, question.input.members[i]);
    if (!member) continue;
    if (group->targets().contains(member->id) &&
        group->target_of(member->id) == answer.by_member[i]) {
      continue;
    }
    records.push_back(target_record(id, member->id, answer.by_member[i]));
  }
  records.push_back(assignment_epoch_record(id, epoch));
  log_info("group {}: {} has decided for epoch {}; members: {}", id, question.assignor, epoch,
           answer.by_member.size());
  const bool raised = epoch != question.epoch;
  auto written = co_await parts_.coordinator.runtime.respond(
      statemachine::Outcome<bool>{std::move(records), true});
  if (!written) co_return forward(written);
  note(question, raised);
  co_return Result<>{};
}

void TargetMaker::note(const Question& question, bool raised) {
  const ConsumerGroup* group = find(question.group_id);
  if (!group) return;
  auto chronicle = parts_.coordinator.chronicles.of(question.group_id);
  if (raised) {
    const Cause cause =
        question.occasion == Occasion::kRenew ? Cause::kAssignorChanged : Cause::kTopicsChanged;
    chronicle.began({cause}, question.epoch, Phase::kReconciling);
  } else {
    chronicle.phase(Phase::kReconciling);
  }
}

void TargetMaker::on_failed(const Question& question, const Error& error) {
  const std::string& group_id = question.group_id;
  Job& job = job_of(group_id);
  job.problem = error.text();
  const int seconds = 1 << std::min(job.failures, 5);
  ++job.failures;
  log_warn("group {}: no new assignment, members keep what they have; again in {} s: {}", group_id,
           std::min(seconds, 30), job.problem);
  job.retry.arm(std::chrono::seconds(std::min(seconds, 30)),
                [this, id = group_id, occasion = question.occasion] { retry(id, occasion); });
}

void TargetMaker::retry(const std::string& group_id, Occasion occasion) {
  const ConsumerGroup* group = find(group_id);
  if (group && !group->members().empty()) return ask(group_id, occasion);
  // Nobody is left whose problem it would be.
  Job& job = job_of(group_id);
  job.failures = 0;
  job.problem.clear();
  if (job.idle()) jobs_.erase(jobs_.find(group_id));
}

void TargetMaker::next(const std::string& group_id, int32_t made_epoch, bool failed) {
  Job& job = job_of(group_id);
  if (!failed) {
    job.failures = 0;
    job.problem.clear();
    job.retry.cancel();
    rest(group_id, job);
  }
  wake(job, made_epoch, failed);
  const ConsumerGroup* group = find(group_id);
  if (!group || group->members().empty()) wake(job, 0, true);
  if (!job.rest.armed()) go_on(group_id, !failed);
}

// KIP-1263: a group that changes all the time is not assigned anew all the time.
void TargetMaker::rest(const std::string& group_id, Job& job) {
  const auto settings =
      settings_of(*parts_.coordinator.image(), group_id, parts_.coordinator.config);
  if (settings.assignment_interval_ms == 0) return;
  job.rest.arm(milliseconds(settings.assignment_interval_ms),
               [this, group_id] { go_on(group_id, true); });
}

// Asks what has been asked for meanwhile, or lets the job go.
void TargetMaker::go_on(const std::string& group_id, bool if_stale) {
  Job& job = job_of(group_id);
  if (const auto again = std::exchange(job.again, std::nullopt)) {
    ask(group_id, *again);
  } else if (if_stale) {
    start(group_id);
  }
  if (job.idle()) jobs_.erase(jobs_.find(group_id));
}

void TargetMaker::wake(Job& job, int32_t made_epoch, bool all) {
  std::vector<Promise<void>> woken;
  for (auto waiter = job.waiters.begin(); waiter != job.waiters.end();) {
    if (!all && waiter->epoch > made_epoch) {
      ++waiter;
      continue;
    }
    woken.push_back(std::move(waiter->promise));
    waiter = job.waiters.erase(waiter);
  }
  // From the event loop: whoever waits goes on at once, and may come back here.
  for (auto& promise : woken) {
    parts_.coordinator.scheduler.post(
        [promise = std::move(promise)]() mutable { promise.fulfil(); });
  }
}

void TargetMaker::stop() {
  stopped_ = true;
  for (const auto& [id, job] : jobs_) {
    job->rest.cancel();
    job->retry.cancel();
    wake(*job, 0, true);
  }
}

}  // namespace tenon::groups
