// SPDX-License-Identifier: Apache-2.0
//
// How a host brings a group to an assignor's answer without anybody reading what another still
// reads (KIP-429, KIP-848): members first give up what the answer gives to others, and only what
// nobody holds is given out. So an assignor's answer is reached in two steps, if it stays the same
// when the assignor is asked again in between, about a group in which some partitions have no
// reader for the moment. The model that AssignorKit::check_rest drives. One thread.
#pragma once

#include <algorithm>
#include <set>
#include <string>

#include "conformance/assignor/test_group.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

// Who holds what are the readers of the group's topics.
class Reconciliation {
 public:
  explicit Reconciliation(TestGroup& group) : group_(group) {}

  // Who has left holds nothing.
  void release_of_the_gone() {
    std::set<std::string> members;
    for (const TestMember& member : group_.members) members.insert(member.id);
    for (TestTopicSize& topic : group_.topics) {
      topic.readers.resize(topic.partitions);
      for (std::string& reader : topic.readers)
        if (members.count(reader) == 0) reader.clear();
    }
  }

  // One step towards `target`: what is free now goes to its new reader, what is held by another is
  // withheld, and given up by its holder meanwhile.
  void step(const TestAnswer::Readers& target) {
    for (size_t i = 0; i < group_.topics.size(); i++) {
      for (size_t p = 0; p < group_.topics[i].readers.size(); p++) {
        std::string& holder = group_.topics[i].readers[p];
        if (holder != target[i][p]) holder = holder.empty() ? target[i][p] : "";
      }
    }
  }

  // How many partitions have another reader in `target`.
  size_t distance(const TestAnswer::Readers& target) const {
    size_t n = 0;
    for (size_t i = 0; i < group_.topics.size(); i++)
      for (size_t p = 0; p < group_.topics[i].readers.size(); p++)
        n += group_.topics[i].readers[p] == target[i][p] ? 0 : 1;
    return n;
  }

 private:
  TestGroup& group_;
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
