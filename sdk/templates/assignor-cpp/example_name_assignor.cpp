// SPDX-License-Identifier: Apache-2.0
//
// The assignor example-name: the partitions of each topic go to its subscribers in turn.
//
// assign is a pure function of the group: whoever coordinates, and in whatever order members and
// topics are listed, the answer is the same.

#include <tenon/assignor.hpp>

namespace {

class ExampleName {
 public:
  void assign(const tenon::Group& group, tenon::Assignment& assignment) const {
    const std::vector<std::vector<uint32_t>> subscribers = group.subscribers();
    for (const uint32_t topic : group.topics_in_order()) {
      group.give_up_if_stopped();
      const std::vector<uint32_t>& members = subscribers[topic];
      for (uint32_t i = 0; i < group.partitions(topic) && !members.empty(); i++)
        assignment.give(group.first_partition(topic) + i, members[i % members.size()]);
    }
  }
};

}  // namespace

TENON_ASSIGNOR(ExampleName, "example-name", "0.1.0", "Each topic's subscribers in turn.")
