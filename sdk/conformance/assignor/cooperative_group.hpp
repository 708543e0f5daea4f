// SPDX-License-Identifier: Apache-2.0
//
// How a group comes to what an assignor says while its members go on reading (KIP-429, KIP-848):
// in each round a member gives up what is to be another's, and gets what nobody has. So nobody is
// ever given a partition that another one still reads. It is the host that does so, not the
// assignor; but while it does, the assignor is asked again, of a group in which some partitions
// have no reader. One that wants something else each time never lets the group come to rest. One
// thread.
#pragma once

#include <string>

#include "conformance/assignor/test_group.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

class CooperativeGroup {
 public:
  // The group, whose readers are those who hold the partitions.
  explicit CooperativeGroup(TestGroup& group) : group_(group) {
    for (TestTopicSize& topic : group.topics) topic.readers.resize(topic.partitions);
  }

  // One round towards `target`. Returns how many partitions were given up or given.
  size_t step(const TestAnswer::Readers& target) {
    size_t changes = 0;
    for (size_t i = 0; i < group_.topics.size() && i < target.size(); i++) {
      auto& holders = group_.topics[i].readers;
      for (size_t p = 0; p < holders.size() && p < target[i].size(); p++) {
        if (holders[p] == target[i][p]) continue;
        // Given up now, and given in the next round; a member that is gone has given up already.
        const bool held = !holders[p].empty() && is_member(holders[p]);
        holders[p] = held ? "" : target[i][p];
        changes++;
      }
    }
    return changes;
  }

 private:
  bool is_member(const std::string& id) const {
    for (const TestMember& member : group_.members)
      if (member.id == id) return true;
    return false;
  }

  TestGroup& group_;
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
