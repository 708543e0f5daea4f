// SPDX-License-Identifier: Apache-2.0
//
// The roundrobin assignor: every partition of every topic, by topic name and number, to each member
// in turn, passing over members that do not subscribe, as Kafka's RoundRobinAssignor does. Equal
// subscriptions give counts that differ by one at most; unequal ones may not.

#include "tenon/assignor.hpp"

namespace tenon::roundrobin {

class RoundRobinAssignor {
 public:
  static constexpr uint32_t kFlags = TN_ASSIGNOR_BALANCED;
  static constexpr const char* kVendor = "Tenon";
  static constexpr const char* kLicense = "Apache-2.0";

  void assign(const Group& group, Assignment& assignment) const {
    const std::vector<std::vector<uint32_t>> subscribers = group.subscribers();
    const Places places = places_of(group.members_in_order());
    uint32_t turn = 0;  // the place in order of who is next
    for (const uint32_t topic : group.topics_in_order()) {
      if (subscribers[topic].empty()) continue;
      group.give_up_if_stopped();
      turn = deal(group, topic, {subscribers[topic], places, turn}, assignment);
    }
  }

 private:
  using Places = std::vector<uint32_t>;  // member -> place in order

  struct Turn {
    const std::vector<uint32_t>& subscribers;  // in order
    const Places& places;
    uint32_t next;
  };

  static Places places_of(const std::vector<uint32_t>& members) {
    Places places(members.size());
    for (uint32_t i = 0; i < members.size(); i++) places[members[i]] = i;
    return places;
  }
  // Deals one topic to its subscribers, beginning with the first at or after the turn. Returns
  // whose turn is next.
  static uint32_t deal(const Group& group, uint32_t topic, const Turn& turn,
                       Assignment& assignment) {
    const auto& subscribers = turn.subscribers;
    const auto before = [&](uint32_t member, uint32_t place) {
      return turn.places[member] < place;
    };
    auto next = static_cast<size_t>(
        std::lower_bound(subscribers.begin(), subscribers.end(), turn.next, before) -
        subscribers.begin());
    uint32_t after = turn.next;
    for (uint32_t i = 0; i < group.partitions(topic); i++) {
      const uint32_t member = subscribers[next++ % subscribers.size()];
      assignment.give(group.first_partition(topic) + i, member);
      after = turn.places[member] + 1;
    }
    return after;
  }
};

}  // namespace tenon::roundrobin

TENON_ASSIGNOR(tenon::roundrobin::RoundRobinAssignor, "roundrobin", "1.0.0",
               "Each partition of all topics to each member in turn.")
