// SPDX-License-Identifier: Apache-2.0
//
// Assignors for tests: what a name answers is the test's to say. Without a word, partitions are
// dealt to the subscribers of their topic one by one, in the order of the members' ids. Answers
// arrive in the next turn of the scheduler, or, while held, when the test lets them go.
#pragma once

#include <algorithm>
#include <functional>
#include <map>

#include "groups/assignment/compute.h"

namespace tenon::groups {

class SimAssignors final : public Assignors {
 public:
  using Readers = plugin::Assignor::Readers;
  using Play = std::function<Result<Readers>(const plugin::AssignorGroup&)>;

  SimAssignors() {
    plays_["uniform"] = deal;
    plays_["range"] = deal;
  }

  void play(const std::string& name, Play play) { plays_[name] = std::move(play); }
  void forget(const std::string& name) { plays_.erase(name); }
  // Answers wait for release().
  void hold() { holding_ = true; }
  void release() {
    holding_ = false;
    for (Work& work : std::exchange(held_, {})) work();
  }
  // What has been asked so far.
  size_t asked() const { return asked_; }
  const std::string& last_asked() const { return last_asked_; }

  bool has(std::string_view name) const override { return plays_.contains(name); }
  std::vector<std::string> names() const override {
    std::vector<std::string> all;
    for (const auto& [name, play] : plays_) all.push_back(name);
    return all;
  }
  Future<Result<Assignment>> assign(Scheduler& home, std::string name, AssignmentInput input,
                                    Duration) override {
    Promise<Result<Assignment>> promise;
    auto future = promise.future();
    ++asked_;
    last_asked_ = name;
    const auto play = plays_.find(name);
    Result<Assignment> answer = play == plays_.end()
                                    ? fail(Errc::kPluginMissing, name, "no such assignor")
                                    : compute_assignment(input, play->second);
    Work work = [&home, promise = std::move(promise), answer = std::move(answer)]() mutable {
      home.post([promise = std::move(promise), answer = std::move(answer)]() mutable {
        promise.fulfil(std::move(answer));
      });
    };
    if (holding_)
      held_.push_back(std::move(work));
    else
      work();
    return future;
  }

  static Result<Readers> deal(const plugin::AssignorGroup& group) {
    std::vector<int32_t> order(group.members.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int32_t>(i);
    std::ranges::sort(order, {},
                      [&](int32_t i) { return group.members[static_cast<size_t>(i)].id; });
    Readers readers;
    for (uint32_t topic = 0; topic < group.topics.size(); ++topic) {
      std::vector<int32_t> subscribers;
      for (const int32_t i : order) {
        const auto& topics = group.members[static_cast<size_t>(i)].topics;
        if (std::ranges::find(topics, topic) != topics.end()) subscribers.push_back(i);
      }
      auto& owners = readers.emplace_back(group.topics[topic].partitions, TN_NOBODY);
      for (size_t p = 0; p < owners.size() && !subscribers.empty(); ++p) {
        owners[p] = subscribers[p % subscribers.size()];
      }
    }
    return readers;
  }

 private:
  std::map<std::string, Play, std::less<>> plays_;
  bool holding_ = false;
  std::vector<Work> held_;
  size_t asked_ = 0;
  std::string last_asked_;
};

}  // namespace tenon::groups
