// SPDX-License-Identifier: Apache-2.0
//
// An example: members in a rack of stronger machines read more. With "big=3, small=1", a member in
// rack "big" reads three partitions for each that a member in rack "small" reads; a rack that is
// not named has weight 1. Each partition goes to the member that would have the least to do for its
// weight, so the answer depends on the group alone; what members read now does not count.
//
//   [assignor.weighted]
//   path = "/path/to/assignor-weighted.so"
//   weights = "big=3, small=1"

#include <map>
#include <queue>
#include <string>
#include <tenon/assignor.hpp>

namespace {

using Weights = std::map<std::string, uint64_t, std::less<>>;

// "big=3, small=1" -> {big: 3, small: 1}
Weights read_weights(std::string text) {
  Weights weights;
  text += ',';
  for (size_t begin = 0, end; (end = text.find(',', begin)) != std::string::npos; begin = end + 1) {
    const size_t first = text.find_first_not_of(' ', begin), equals = text.find('=', begin);
    if (first >= end) continue;
    const std::string number = equals < end ? text.substr(equals + 1, end - equals - 1) : "";
    const bool digits = !number.empty() && number.find_first_not_of("0123456789") == number.npos;
    if (!digits || number.size() > 4 || std::stoul(number) == 0)
      throw tenon::Error(TN_E_CONFIG,
                         "weights are like \"big=3, small=1\", from 1 to 9999, not \"" +
                             text.substr(first, end - first) + "\"");
    weights[text.substr(first, equals - first)] = std::stoul(number);
  }
  return weights;
}

class WeightedAssignor {
 public:
  static constexpr const char* kVendor = "Example";
  static constexpr const char* kLicense = "Apache-2.0";
  static constexpr tn_option kOptions[] = {
      tenon::string_option("weights", "Racks and what a member there can do.", "")};

  explicit WeightedAssignor(const tenon::Options& options)
      : weights_(read_weights(options.text("weights"))) {}

  void assign(const tenon::Group& group, tenon::Assignment& assignment) const {
    std::vector<uint64_t> loads(group.members(), 0);
    const std::vector<std::vector<uint32_t>> subscribers = group.subscribers();
    for (const uint32_t topic : group.topics_in_order()) {
      group.give_up_if_stopped();
      std::priority_queue<Seat> seats;
      for (uint32_t place = 0; place < subscribers[topic].size(); place++) {
        const uint32_t member = subscribers[topic][place];
        seats.push({loads[member], weight_of(group, member), place});
      }
      for (uint32_t i = 0; i < group.partitions(topic) && !seats.empty(); i++) {
        Seat seat = seats.top();
        seats.pop();
        const uint32_t member = subscribers[topic][seat.place];
        assignment.give(group.first_partition(topic) + i, member);
        loads[member] = ++seat.load;
        seats.push(seat);
      }
    }
  }

 private:
  struct Seat {
    uint64_t load, weight;
    uint32_t place;                            // among the subscribers, in order
    bool operator<(const Seat& other) const {  // the best one is the greatest
      const uint64_t mine = (load + 1) * other.weight, others = (other.load + 1) * weight;
      return mine != others ? mine > others : place > other.place;
    }
  };

  uint64_t weight_of(const tenon::Group& group, uint32_t member) const {
    if (group.rack(member) == TN_NO_RACK) return 1;
    const auto found = weights_.find(group.rack_name(group.rack(member)));
    return found == weights_.end() ? 1 : found->second;
  }

  Weights weights_;
};

}  // namespace

TENON_ASSIGNOR(WeightedAssignor, "weighted", "1.0.0", "By the weight of the member's rack.")
