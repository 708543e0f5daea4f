// SPDX-License-Identifier: Apache-2.0
//
// Makes the target assignments of consumer groups: asks the group's assignor when the group epoch
// has risen, and writes what it answers. One question of a group is under way at a time; what
// changes meanwhile is part of the next one, so a thousand members that join at once are a few
// questions and not a thousand.
//
// Happy path: start -> assign (a worker) -> records -> assignment epoch = the epoch of the question
// Failure: the target stays what it was, members keep what they have; asked again after a second,
// then two, up to half a minute, and whenever the group changes or the assignor is exchanged.
//
// Threads: the coordinator's scheduler. Lifetime: await Running::drained() before it is destroyed;
// an assignor that hangs answers to nobody.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "groups/consumer/consumer_group.h"
#include "groups/coordinator_parts.h"
#include "groups/turns/running.h"

namespace tenon::groups {

class TargetMaker {
 public:
  struct Parts {
    const CoordinatorParts& coordinator;
    Running& running;
  };
  explicit TargetMaker(Parts parts);
  ~TargetMaker();

  // Answered when the group has a target for the epoch that it has now, or when there is none to be
  // had: the assignor failed, or took too long.
  Future<void> made(const std::string& group_id);
  // Asks if the target is older than the group.
  void start(const std::string& group_id);
  // Asks in any case, and raises the epoch if the group's topics are not what they were.
  void verify(const std::string& group_id);
  // Asks in any case, and raises the epoch.
  void renew(const std::string& group_id);
  // Why the last question came to nothing; "" if it did not.
  std::string problem(const std::string& group_id) const;
  // Answers all who wait. Nothing is asked any more.
  void stop();

  // Which assignor a group is asked of.
  std::string assignor_of(const ConsumerGroup& group) const;

 private:
  enum class Occasion { kStale, kVerify, kRenew };
  struct Waiter;
  struct Job;
  struct Question;
  struct Alive {
    TargetMaker* self;
  };

  const ConsumerGroup* find(const std::string& group_id) const;
  Job& job_of(const std::string& group_id);
  void ask(const std::string& group_id, Occasion occasion);
  Question question_of(const std::string& group_id, const ConsumerGroup& group,
                       Occasion occasion) const;
  static Task<void> run(std::weak_ptr<Alive> alive, Question question);
  Task<void> finish(Question question, Result<Assignment> answer);
  static const ConsumerMember* now_of(const ConsumerGroup& group,
                                      const AssignmentInput::Member& asked);
  Task<Result<>> store(const Question& question, const Assignment& answer);
  void note(const Question& question, bool raised);
  void on_failed(const Question& question, const Error& error);
  void retry(const std::string& group_id, Occasion occasion);
  void next(const std::string& group_id, int32_t made_epoch, bool failed);
  void rest(const std::string& group_id, Job& job);
  void go_on(const std::string& group_id, bool if_stale);
  void wake(Job& job, int32_t made_epoch, bool all);

  Parts parts_;
  std::map<std::string, std::unique_ptr<Job>, std::less<>> jobs_;
  std::shared_ptr<Alive> alive_;
  bool stopped_ = false;
};

}  // namespace tenon::groups
