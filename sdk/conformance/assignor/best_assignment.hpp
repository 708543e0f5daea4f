// SPDX-License-Identifier: Apache-2.0
//
// The best assignment of a small group, found by trying them all: what an assignor that claims to
// be optimal is held against. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "conformance/assignor/assignor_kit.hpp"
#include "conformance/assignor/group_walk.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

// What is to be as small as possible, the first number first: imbalance, readers that are far,
// moves.
using AssignmentCost = std::array<uint64_t, 3>;

inline AssignmentCost cost_of(const TestGroup& group, const TestAnswer::Readers& readers,
                              bool racks) {
  TestAnswer answer;
  answer.readers = readers;
  AssignmentCost cost{0, racks ? AssignorKit::far_readers(group, readers) : 0,
                      AssignorKit::moves(group, readers)};
  for (const auto& [id, load] : answer.loads(group)) cost[0] += uint64_t{load} * load;
  return cost;
}

// A group lives through `events`, and is to be as balanced after each as one of the same members
// and topics that is new. The first event after which it is not; `events` if there is none.
inline int first_worse_than_new(AssignorKit& kit, uint64_t seed, int events, bool racks) {
  GroupWalk walk(seed);
  for (int i = 0; i < events; i++) {
    walk.step();
    TestGroup fresh = walk.group();
    for (TestTopicSize& topic : fresh.topics) topic.readers.clear();
    const TestAnswer answer = kit.assign(walk.group());
    const TestAnswer best = kit.assign(fresh);
    if (cost_of(fresh, answer.readers, racks)[0] != cost_of(fresh, best.readers, racks)[0])
      return i;
    AssignorKit::adopt(walk.group(), answer);
  }
  return events;
}

class BestAssignment {
 public:
  BestAssignment(const TestGroup& group, bool racks) : group_(group), racks_(racks) {
    for (const TestTopicSize& topic : group.topics) readers_.emplace_back(topic.partitions);
    try_from(0, 0);
  }
  AssignmentCost cost() const { return best_; }

  // Up to four members and three topics of up to three partitions, subscribed, placed and read by
  // chance.
  static TestGroup small_group(TestRandom& random) {
    TestGroup group;
    const std::vector<std::string> racks = {"a", "b", "c"};
    for (uint32_t t = 0; t < 3; t++)
      group.topics.push_back({TestGroup::numbered("t", t), static_cast<uint32_t>(random.below(4))});
    const auto members = static_cast<uint32_t>(1 + random.below(4));
    for (uint32_t m = 0; m < members; m++) {
      group.members.push_back({TestGroup::numbered("m", m), {}, "", racks[random.below(3)]});
      for (const TestTopicSize& topic : group.topics)
        if (random.below(3) > 0) group.members.back().topics.push_back(topic.name);
    }
    for (TestTopicSize& topic : group.topics) {
      for (uint32_t p = 0; p < topic.partitions; p++) {
        topic.readers.push_back(group.members[random.below(members)].id);
        topic.racks.push_back({racks[random.below(3)]});
      }
    }
    return group;
  }

 private:
  void try_from(size_t t, size_t p) {
    if (t == readers_.size()) {
      best_ = std::min(best_, cost_of(group_, readers_, racks_));
    } else if (p == readers_[t].size()) {
      try_from(t + 1, 0);
    } else {
      try_readers(t, p);
    }
  }
  void try_readers(size_t t, size_t p) {
    bool read = false;
    for (const TestMember& member : group_.members) {
      const auto& topics = member.topics;
      if (std::count(topics.begin(), topics.end(), group_.topics[t].name) == 0) continue;
      read = true;
      readers_[t][p] = member.id;
      try_from(t, p + 1);
    }
    readers_[t][p].clear();
    if (!read) try_from(t, p + 1);
  }

  const TestGroup& group_;
  bool racks_;
  TestAnswer::Readers readers_;
  AssignmentCost best_{UINT64_MAX, UINT64_MAX, UINT64_MAX};
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
